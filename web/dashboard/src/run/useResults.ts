import { useCallback, useEffect, useRef, useState } from "react";
import { graphql, readInlineData } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { useResults_result$data, useResults_result$key } from "../__generated__/useResults_result.graphql";
import type { useResultsQuery } from "../__generated__/useResultsQuery.graphql";
import { environment } from "../live/environment";

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
type State = { readonly results: readonly Result[]; readonly isComplete: boolean; readonly error: unknown };

/**
 * The results of a run that failed, or those that did not, in the order recorded, as far as they were asked for.
 * Those that are recorded later follow when `recorded`, the number of all, moves on.
 */
export function useResults(id: string, succeeded: boolean, recorded: number): State & { readonly more: () => void } {
  const [state, setState] = useState<State>({ results: [], isComplete: false, error: undefined });
  const place = useRef({ after: null as string | null, isAsking: false, isComplete: false, again: false });
  const more = useCallback(() => {
    if (place.current.isAsking) return;
    place.current.isAsking = true;
    fetchQuery<useResultsQuery>(environment, query, { id, succeeded, after: place.current.after }).subscribe({
      next: ({ run }) => {
        const page = run?.results;
        if (!page) return;
        const isComplete = !page.pageInfo.hasNextPage;
        const { again } = place.current;
        place.current = { after: page.pageInfo.endCursor ?? place.current.after, isAsking: false, isComplete, again: false };
        const read = page.nodes.map((node) => readInlineData<useResults_result$key>(fragment, node));
        setState((former) => ({ results: [...former.results, ...read], isComplete, error: undefined }));
        if (again && isComplete) more();
      },
      error: (error: unknown) => {
        place.current.isAsking = false;
        setState((former) => ({ ...former, error }));
      },
    });
  }, [id, succeeded]);
  useEffect(() => {
    if (place.current.isAsking) place.current.again = true;
    else if (place.current.after === null || place.current.isComplete) more();
  }, [recorded, more]);
  return { ...state, more };
}
