import { useCallback, useEffect, useState } from "react";

import { useChanges } from "./useChanges";

/**
 * A number that moves on, for what the API has no stream of: whenever runs change, at most once
 * a second, when the page comes into sight again, and when `read` is called.
 */
export function useReading(): { readonly number: number; readonly read: () => void } {
  const changes = useChanges({ includeArchived: true });
  const [calls, setCalls] = useState(0);
  const read = useCallback(() => setCalls((former) => former + 1), []);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && read();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [read]);
  return { number: changes + calls, read };
}
