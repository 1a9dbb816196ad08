import { graphql } from "react-relay";
import { commitMutation } from "relay-runtime";

import type { moveRunsMutation, moveRunsMutation$data } from "../__generated__/moveRunsMutation.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import type { Status } from "../runs/statuses";
import { say } from "../ui/notices";
import { counted } from "../ui/times";
import { MOVE_PAST } from "./moves";
import { refusal } from "./outcomes";

const mutation = graphql`
  mutation moveRunsMutation($input: TransitionRunsInput!) {
    transitionRuns(input: $input) {
      __typename
      ... on BulkRunPayload {
        succeeded
        failed
      }
      ... on Problem {
        code
        message
      }
    }
  }
`;

/** Move many runs, each by itself, and tell what came of it. */
export async function moveRuns(ids: readonly string[], to: Status, error: string, reason: string): Promise<void> {
  const input = {
    runs: { ids: [...ids] },
    to,
    error: to === "FAILED" ? error : null,
    reason: reason || null,
    idempotencyKey: crypto.randomUUID(),
  };
  try {
    const { transitionRuns } = await commit(input);
    const refused = refusal(transitionRuns as Parameters<typeof refusal>[0]);
    if (refused !== undefined) return say(refused, { tone: "bad" });
    const { succeeded = 0, failed = 0 } = transitionRuns;
    const rest = failed ? ` ${counted(failed, "run")} could not be: the table has no such move for them.` : "";
    say(`${counted(succeeded, "run")} ${MOVE_PAST[to]}.${rest}`, { tone: failed ? "bad" : "plain" });
  } catch (trouble) {
    say(inWords(trouble), { tone: "bad" });
  }
}

function commit(input: moveRunsMutation["variables"]["input"]): Promise<moveRunsMutation$data> {
  return new Promise((resolve, reject) => {
    commitMutation<moveRunsMutation>(environment, { mutation, variables: { input }, onCompleted: resolve, onError: reject });
  });
}
