import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { Trouble } from "../ui/Trouble";
import { inNumber } from "../ui/times";
import { ResultDetails } from "./ResultDetails";
import { type Result, useResults } from "./useResults";

const ROW_HEIGHT = 36;
const AHEAD = 40; // rows before the end of what was read at which more is read

type Props = { readonly id: string; readonly recorded: number; readonly failedCount: number; readonly succeededCount: number };
type Row = { readonly key: string; readonly title?: string; readonly count?: number; readonly result?: Result };

/** The results of a run, those that failed first; only the rows in sight are there, and each opens in its place. */
export function ResultRows({ id, recorded, failedCount, succeededCount }: Props) {
  const failed = useResults(id, false, recorded);
  const succeeded = useResults(id, true, recorded);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const body = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const bad = sectionOf("Failed", failedCount, failed.entries);
    // Those that succeeded follow when all that failed are there: else the place of the reader would move.
    return failed.isComplete ? [...bad, ...sectionOf("Succeeded", succeededCount, succeeded.entries)] : bad;
  }, [failed.entries, failed.isComplete, succeeded.entries, failedCount, succeededCount]);
  const margin = useOffset(body);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById("main"),
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]!.key,
    overscan: 10,
    scrollMargin: margin,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last < rows.length - AHEAD) return;
    if (!failed.isComplete) failed.more();
    else if (!succeeded.isComplete) succeeded.more();
  }, [last, rows.length, failed.isComplete, succeeded.isComplete]);
  const toggle = (key: string, isOpen: boolean) =>
    setOpen((former) => {
      const next = new Set(former);
      if (isOpen) next.add(key);
      else next.delete(key);
      return next;
    });
  const error = failed.error ?? succeeded.error;
  return (
    <>
      {error !== undefined && <Trouble error={error} retry={failed.error === undefined ? succeeded.more : failed.more} />}
      <div ref={body} className="result-rows" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const { title, count, result } = rows[index]!;
          return (
            <div key={key} ref={virtual.measureElement} data-index={index} className="result-row" style={{ transform: `translateY(${start - margin}px)` }}>
              {result ? (
                <ResultDetails result={result} isOpen={open.has(result.id)} setOpen={(isOpen) => toggle(result.id, isOpen)} />
              ) : (
                <h2 className="result-title">
                  {title} <span className="faint">{inNumber(count ?? 0)}</span>
                </h2>
              )}
            </div>
          );
        })}
      </div>
    </>
  );
}

function sectionOf(title: string, count: number, results: readonly Result[]): readonly Row[] {
  if (!results.length) return [];
  return [{ key: title, title, count: Math.max(count, results.length) }, ...results.map((result) => ({ key: result.id, result }))];
}

/** How far below the start of the page's content an element begins. */
function useOffset(element: { readonly current: HTMLElement | null }): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const page = document.getElementById("main");
    if (!element.current || !page) return;
    const now = Math.round(element.current.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop);
    if (now !== offset) setOffset(now);
  });
  return offset;
}
