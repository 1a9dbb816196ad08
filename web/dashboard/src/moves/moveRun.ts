import { graphql } from "react-relay";
import { commitMutation } from "relay-runtime";

import type { moveRunMutation, moveRunMutation$data } from "../__generated__/moveRunMutation.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import type { Status } from "../runs/statuses";
import { say } from "../ui/notices";
import { MOVE_PAST, reverseOf } from "./moves";
import { refusal } from "./outcomes";

const mutation = graphql`
  mutation moveRunMutation($input: TransitionRunInput!) {
    transitionRun(input: $input) {
      __typename
      ... on RunPayload {
        run {
          ...RunCells_run
          version
        }
      }
      ... on InvalidTransition {
        from
        to
      }
      ... on Problem {
        code
        message
      }
    }
  }
`;

export type Move = {
  readonly id: string;
  readonly name: string;
  readonly from: Status;
  readonly to: Status;
  readonly error?: string;
  readonly reason?: string;
};

/** Move a run, and tell what came of it. Sent once more after a broken connection, it is done once. */
export async function moveRun({ id, name, from, to, error, reason }: Move): Promise<void> {
  const input = { id, to, error: to === "FAILED" ? (error ?? "") : null, reason: reason || null, idempotencyKey: crypto.randomUUID() };
  try {
    const { transitionRun } = await commit(input);
    const refused = refusal(transitionRun as Parameters<typeof refusal>[0]);
    if (refused !== undefined) return say(refused, { tone: "bad" });
    const back = reverseOf(from, to);
    const text = `${name} was ${MOVE_PAST[to]}.`;
    say(text, back ? { undo: () => void moveRun({ id, name, from: to, to: back, reason: "undone" }) } : {});
  } catch (trouble) {
    say(inWords(trouble), { tone: "bad" });
  }
}

function commit(input: moveRunMutation["variables"]["input"]): Promise<moveRunMutation$data> {
  return new Promise((resolve, reject) => {
    commitMutation<moveRunMutation>(environment, { mutation, variables: { input }, onCompleted: resolve, onError: reject });
  });
}
