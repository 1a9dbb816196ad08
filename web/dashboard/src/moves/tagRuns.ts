import { graphql } from "react-relay";

import type { tagRunsAddMutation } from "../__generated__/tagRunsAddMutation.graphql";
import type { tagRunsRemoveMutation } from "../__generated__/tagRunsRemoveMutation.graphql";
import { say } from "../ui/notices";
import { counted } from "../ui/values/times";
import { commit } from "./commit";
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
  const outcome =
    way === "add"
      ? (await commit<tagRunsAddMutation>(add, input))?.addTagsToRuns
      : (await commit<tagRunsRemoveMutation>(remove, input))?.removeTagsFromRuns;
  if (!outcome) return;
  const refused = refusal(outcome as Parameters<typeof refusal>[0]);
  if (refused !== undefined) return say(refused, { tone: "bad" });
  const { succeeded = 0, failed = 0 } = outcome;
  const rest = failed ? ` ${counted(failed, "run")} could not be changed.` : "";
  const text = way === "add" ? `${tag} was added to ${counted(succeeded, "run")}.` : `${tag} was removed from ${counted(succeeded, "run")}.`;
  say(text + rest, { undo: () => void tagRuns(way === "add" ? "remove" : "add", ids, tag) });
}
