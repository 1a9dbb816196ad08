import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Part } from "../run/search";

type Props = {
  readonly title: string;
  readonly note?: string | undefined;
  /** The part of the run that has all of it. */
  readonly all?: { readonly id: string; readonly part: Part };
  readonly children: ReactNode;
};

/** A few lines of something of a run, with a link to the rest. */
export function Panel({ title, note, all, children }: Props) {
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
        {note && <span className="faint">{note}</span>}
        {all && (
          <Link to="/runs/$id" params={{ id: all.id }} search={{ part: all.part }} replace aria-label={`All of: ${title}`}>
            All
          </Link>
        )}
      </div>
      {children}
    </section>
  );
}
