import { useCallback, useEffect, useRef, useState } from "react";

/** A page of a list to which entries are only added. */
export type Page<Entry> = { readonly entries: readonly Entry[]; readonly endCursor: string | null | undefined; readonly hasNextPage: boolean };
/** Reads the page behind a cursor; undefined when the list is gone. */
export type Read<Entry> = (after: string | null) => Promise<Page<Entry> | undefined>;
type State<Entry> = { readonly entries: readonly Entry[]; readonly isComplete: boolean; readonly error: unknown };

/**
 * A list that only grows, as far as it was asked for. Once it was read to its end, what is added follows whenever
 * `grown` moves on. `read` must stay the same function.
 */
export function useGrowing<Entry>(read: Read<Entry>, grown: number): State<Entry> & { readonly more: () => void } {
  const [state, setState] = useState<State<Entry>>({ entries: [], isComplete: false, error: undefined });
  const place = useRef({ after: null as string | null, isReading: false, isComplete: false, again: false });
  const more = useCallback(() => {
    const now = place.current;
    if (now.isReading) return;
    now.isReading = true;
    read(now.after)
      .then((page) => {
        if (!page) return;
        now.after = page.endCursor ?? now.after;
        now.isComplete = !page.hasNextPage;
        setState((former) => ({ entries: [...former.entries, ...page.entries], isComplete: now.isComplete, error: undefined }));
      })
      .catch((error: unknown) => setState((former) => ({ ...former, error })))
      .finally(() => {
        now.isReading = false;
        if (!now.again || !now.isComplete) return;
        now.again = false;
        more();
      });
  }, [read]);
  useEffect(() => {
    if (place.current.isReading) place.current.again = true;
    else if (place.current.after === null || place.current.isComplete) more();
  }, [grown, more]);
  return { ...state, more };
}
