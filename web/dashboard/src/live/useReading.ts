import { useCallback, useEffect, useState } from "react";

import type { RunFilter } from "../runs/filter";
import { useChanges } from "./useChanges";

const ALL: RunFilter = { includeArchived: true };

/**
 * A number that moves on, for what the API has no stream of: whenever runs of a filter change, at most
 * once a second, when the page comes into sight again, and when `read` is called.
 */
export function useReading(filter: RunFilter = ALL): { readonly number: number; readonly read: () => void } {
  const changes = useChanges(filter);
  const [calls, setCalls] = useState(0);
  const read = useCallback(() => setCalls((former) => former + 1), []);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && read();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [read]);
  return { number: changes + calls, read };
}
