import { useMemo } from "react";

import { diffLines } from "./diff";

/** JSON values as a difference: lines only in the first are marked `-`, those only in the second `+`. */
export function Diff({ from, to }: { from: unknown; to: unknown }) {
  const lines = useMemo(() => diffLines(laidOut(from), laidOut(to)), [from, to]);
  if (lines.every(({ mark }) => mark === " ")) return <p className="faint">No difference.</p>;
  return (
    <pre className="code diff" tabIndex={0}>
      {lines.map(({ mark, text }, at) => (
        <span key={at} className={mark === "-" ? "removed" : mark === "+" ? "added" : "kept"}>
          {mark} {text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

function laidOut(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}
