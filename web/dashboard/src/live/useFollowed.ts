import { useEffect, useState } from "react";
import { type GraphQLTaggedNode, getRequest } from "relay-runtime";

import { follow } from "./subscribe";

/** The newest item of a stream that sends whole states, such as counts; undefined before the first. It waits for variables. */
export function useFollowed<Data>(document: GraphQLTaggedNode, variables: Record<string, unknown> | undefined): Data | undefined {
  const [data, setData] = useState<Data>();
  const key = variables && JSON.stringify(variables);
  useEffect(() => {
    if (key === undefined) return undefined;
    const text = getRequest(document).params.text ?? "";
    return follow<Data>(text, () => JSON.parse(key) as Record<string, unknown>, { next: setData, end: () => undefined });
  }, [document, key]);
  return data;
}
