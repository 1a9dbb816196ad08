import { STATUS_NAMES } from "../runs/statuses";

/** A member of a mutation's union, with what the members have. */
export type Outcome = {
  readonly __typename: string;
  readonly message?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
};

const NAMES = STATUS_NAMES as Readonly<Record<string, string>>;

/** Why a mutation was refused, in words; undefined when it was not. */
export function refusal(outcome: Outcome): string | undefined {
  switch (outcome.__typename) {
    case "NotFound":
      return "The run is gone: somebody deleted it.";
    case "InvalidTransition": {
      const now = NAMES[outcome.from ?? ""]?.toLowerCase() ?? outcome.from;
      const wanted = NAMES[outcome.to ?? ""]?.toLowerCase() ?? outcome.to;
      return `Somebody was faster: the run is ${now} by now, and cannot become ${wanted}.`;
    }
    case "VersionConflict":
      return "Somebody changed the run in the meantime. Look at it again, and repeat what you wanted.";
    case "IdempotencyConflict":
    case "ConstraintViolation":
    case "InvalidInput":
      return outcome.message ?? "The server refused it.";
    default:
      return undefined;
  }
}

