import { commitMutation, type GraphQLTaggedNode, type MutationParameters } from "relay-runtime";

import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import { say } from "../ui/notices";

type Mutation = MutationParameters & { readonly variables: { readonly input: unknown } };

/** Carry out a mutation; what it answered, undefined when nothing came back, which is told. */
export function commit<Operation extends Mutation>(
  mutation: GraphQLTaggedNode,
  input: Operation["variables"]["input"],
): Promise<Operation["response"] | undefined> {
  return new Promise((resolve) => {
    commitMutation<Operation>(environment, {
      mutation,
      variables: { input },
      onCompleted: resolve,
      onError: (error) => {
        say(inWords(error), { tone: "bad" });
        resolve(undefined);
      },
    });
  });
}
