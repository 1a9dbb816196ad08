import { useEffect } from "react";
import { graphql, requestSubscription } from "react-relay";
import type { Disposable } from "relay-runtime";

import type { useProgressSubscription } from "../__generated__/useProgressSubscription.graphql";
import { environment } from "../live/environment";

const REST = 300; // milliseconds for which the rows in sight stay the same, before they are followed

const progress = graphql`
  subscription useProgressSubscription($ids: [ID!]!) {
    runProgress(ids: $ids) {
      id
      lastActivityAt
      dataset {
        totalItems
        succeededCount
        failedCount
        skippedCount
      }
    }
  }
`;

/** Keep the results of runs in the store as they are recorded; they are no changes of the runs. */
export function useProgress(ids: readonly string[]): void {
  const key = JSON.stringify(ids.toSorted());
  useEffect(() => {
    const variables = { ids: JSON.parse(key) as string[] };
    if (!variables.ids.length) return undefined;
    let following: Disposable | undefined;
    const timer = setTimeout(() => {
      following = requestSubscription<useProgressSubscription>(environment, { subscription: progress, variables });
    }, REST);
    return () => {
      clearTimeout(timer);
      following?.dispose();
    };
  }, [key]);
}
