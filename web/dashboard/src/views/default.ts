import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { defaultViewQuery, defaultViewQuery$data } from "../__generated__/defaultViewQuery.graphql";
import { environment } from "../live/environment";

const query = graphql`
  query defaultViewQuery {
    defaultView {
      id
      filter
      orderBy
      columns {
        name
        width
      }
    }
  }
`;

/** The view to show where the address names nothing; undefined when there is none, or it cannot be read. */
export async function defaultView(): Promise<defaultViewQuery$data["defaultView"]> {
  try {
    return (await fetchQuery<defaultViewQuery>(environment, query, {}).toPromise())?.defaultView;
  } catch {
    return undefined;
  }
}
