import { useEffect, useState } from "react";
import { type GraphQLTaggedNode, getRequest } from "relay-runtime";

import { follow } from "./subscribe";

/** The newest item of a stream that sends whole states, such as counts; undefined before the first. */
export function useFollowed<Data>(document: GraphQLTaggedNode, variables: Record<string, unknown>): Data | undefined {
  const [data, setData] = useState<Data>();
  const key = JSON.stringify(variables);
  useEffect(() => {
    const text = getRequest(document).params.text ?? "";
    return follow<Data>(text, () => JSON.parse(key) as Record<string, unknown>, { next: setData, end: () => undefined });
  }, [document, key]);
  return data;
}
