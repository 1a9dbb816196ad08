import { graphql } from "react-relay";
import { commitMutation, type MutationParameters } from "relay-runtime";

import type { changeCreateMutation } from "../__generated__/changeCreateMutation.graphql";
import type { changeDeleteMutation } from "../__generated__/changeDeleteMutation.graphql";
import type { changeUpdateMutation } from "../__generated__/changeUpdateMutation.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { refusal } from "../moves/outcomes";
import { say } from "../ui/notices";

const create = graphql`
  mutation changeCreateMutation($input: CreateViewInput!) {
    createView(input: $input) {
      __typename
      ... on ViewPayload {
        view {
          id
        }
      }
      ... on Problem {
        code
        message
      }
    }
  }
`;
const update = graphql`
  mutation changeUpdateMutation($input: UpdateViewInput!) {
    updateView(input: $input) {
      __typename
      ... on ViewPayload {
        view {
          id
          name
          isDefault
        }
      }
      ... on Problem {
        code
        message
      }
    }
  }
`;
const remove = graphql`
  mutation changeDeleteMutation($input: DeleteViewInput!) {
    deleteView(input: $input) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`;

/** Keep a view; the id of the new one, undefined when it was refused, which is told. */
export async function createView(input: changeCreateMutation["variables"]["input"]): Promise<string | undefined> {
  const answer = await commit<changeCreateMutation>(create, { input });
  if (!answer || isRefused(answer.createView)) return undefined;
  return answer.createView.__typename === "ViewPayload" ? answer.createView.view?.id : undefined;
}

/** Change a view, and say whether that was done. */
export async function updateView(input: changeUpdateMutation["variables"]["input"]): Promise<boolean> {
  const answer = await commit<changeUpdateMutation>(update, { input });
  return answer !== undefined && !isRefused(answer.updateView);
}

/** Delete a view, and say whether that was done. */
export async function deleteView(id: string): Promise<boolean> {
  const answer = await commit<changeDeleteMutation>(remove, { input: { id } });
  return answer !== undefined && !isRefused(answer.deleteView);
}

function isRefused(outcome: unknown): boolean {
  const { __typename, message } = outcome as Parameters<typeof refusal>[0];
  const words = __typename === "NotFound" ? "The view is gone: somebody deleted it." : refusal({ __typename, ...(message ? { message } : {}) });
  if (words === undefined) return false;
  say(words, { tone: "bad" });
  return true;
}

function commit<Operation extends MutationParameters>(
  mutation: Parameters<typeof commitMutation>[1]["mutation"],
  variables: Operation["variables"],
): Promise<Operation["response"] | undefined> {
  return new Promise((resolve) => {
    commitMutation<Operation>(environment, {
      mutation,
      variables,
      onCompleted: resolve,
      onError: (error) => {
        say(inWords(error), { tone: "bad" });
        resolve(undefined);
      },
    });
  });
}
