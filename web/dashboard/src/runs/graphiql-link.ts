import { api } from "../live/addresses";
import type { RunFilter } from "./filter";
import { type Order, orderBy } from "./order";

const QUERY = `query Runs($filter: RunFilter, $order: RunOrder, $after: String) {
  runs(filter: $filter, orderBy: $order, first: 50, after: $after) {
    nodes {
      id
      name
      status
      tags
      createdAt
      duration
      error
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

/** The address of GraphiQL with the query of a list. */
export function graphiqlLink(filter: RunFilter, order: Order): string {
  const variables = JSON.stringify({ filter, order: orderBy(order) }, null, 2);
  return `${api.pathname}?${new URLSearchParams({ query: QUERY, variables }).toString()}`;
}

