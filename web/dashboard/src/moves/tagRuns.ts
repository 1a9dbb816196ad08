import { graphql } from "react-relay";
import { commitMutation } from "relay-runtime";

import type { tagRunsAddMutation } from "../__generated__/tagRunsAddMutation.graphql";
import type { tagRunsRemoveMutation } from "../__generated__/tagRunsRemoveMutation.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { say } from "../ui/notices";
import { counted } from "../ui/times";
import { refusal } from "./outcomes";

const add = graphql`
  mutation tagRunsAddMutation($input: RunsTagsInput!) {
    addTagsToRuns(input: $input) {
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
const remove = graphql`
  mutation tagRunsRemoveMutation($input: RunsTagsInput!) {
    removeTagsFromRuns(input: $input) {
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

export type Tagging = "add" | "remove";

/** Add a tag to runs or remove it from them, and tell what came of it. The other way round undoes it. */
export async function tagRuns(way: Tagging, ids: readonly string[], tag: string): Promise<void> {
  const input = { runs: { ids: [...ids] }, tags: [tag], idempotencyKey: crypto.randomUUID() };
  try {
    const outcome = await commit(way, input);
    const refused = refusal(outcome as Parameters<typeof refusal>[0]);
    if (refused !== undefined) return say(refused, { tone: "bad" });
    const { succeeded = 0, failed = 0 } = outcome;
    const rest = failed ? ` ${counted(failed, "run")} could not be changed.` : "";
    const text = way === "add" ? `${tag} was added to ${counted(succeeded, "run")}.` : `${tag} was removed from ${counted(succeeded, "run")}.`;
    say(text + rest, { undo: () => void tagRuns(way === "add" ? "remove" : "add", ids, tag) });
  } catch (trouble) {
    say(inWords(trouble), { tone: "bad" });
  }
}

type Input = tagRunsAddMutation["variables"]["input"];
type Outcome = { readonly __typename: string; readonly succeeded?: number; readonly failed?: number };

function commit(way: Tagging, input: Input): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    if (way === "add") {
      commitMutation<tagRunsAddMutation>(environment, {
        mutation: add,
        variables: { input },
        onCompleted: ({ addTagsToRuns }) => resolve(addTagsToRuns),
        onError: reject,
      });
    } else {
      commitMutation<tagRunsRemoveMutation>(environment, {
        mutation: remove,
        variables: { input },
        onCompleted: ({ removeTagsFromRuns }) => resolve(removeTagsFromRuns),
        onError: reject,
      });
    }
  });
}
