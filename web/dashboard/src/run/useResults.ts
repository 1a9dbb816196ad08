import { useCallback } from "react";
import { graphql, readInlineData } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { useResults_result$data, useResults_result$key } from "../__generated__/useResults_result.graphql";
import type { useResultsQuery } from "../__generated__/useResultsQuery.graphql";
import { environment } from "../live/environment";
import { useGrowing } from "./useGrowing";

// Inline: what is kept of pages that were read must not leave with the store's garbage.
const fragment = graphql`
  fragment useResults_result on RunResult @inline {
    id
    itemId
    error
    latency
    startedAt
    retryCount
    late
    labels
    annotations
    traceId
    input
    output
    expectedOutput
    scores {
      scorerId
      value
      reason
      error
    }
  }
`;
const query = graphql`
  query useResultsQuery($id: ID!, $succeeded: Boolean!, $after: String) {
    run(id: $id) {
      results(first: 100, after: $after, filter: { succeeded: $succeeded }) {
        nodes {
          ...useResults_result
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

export type Result = useResults_result$data;

/**
 * The results of a run that failed, or those that did not, in the order recorded, as far as they were asked for.
 * Those that are recorded later follow when `recorded`, the number of all, moves on.
 */
export function useResults(id: string, succeeded: boolean, recorded: number) {
  const read = useCallback(
    async (after: string | null) => {
      const answer = await fetchQuery<useResultsQuery>(environment, query, { id, succeeded, after }).toPromise();
      const page = answer?.run?.results;
      return page && { ...page.pageInfo, entries: page.nodes.map((node) => readInlineData<useResults_result$key>(fragment, node)) };
    },
    [id, succeeded],
  );
  return useGrowing<Result>(read, recorded);
}
