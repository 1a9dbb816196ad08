import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { Button } from "../ui/Button";
import { queryOf } from "../views/apply";
import { defaultView } from "../views/default";
import { ColumnsEditor } from "./ColumnsEditor";
import type { RunFilter } from "./filter";
import { graphiqlLink } from "./graphiql-link";
import type { RunsQuery, RunsSearch } from "./search";

const ViewsMenu = lazy(() => import("../views/ViewsMenu"));

type Props = {
  readonly search: RunsSearch;
  readonly query: RunsQuery;
  readonly filter: RunFilter;
  readonly change: (part: Partial<RunsQuery>, replace?: boolean, view?: string) => void;
};

let began = false;

/** What is done with the list as a whole: its views, its columns, and its query in GraphiQL. */
export default function RunsTools({ search, query, filter, change }: Props) {
  const columns = useRef<HTMLButtonElement>(null);
  const views = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<"columns" | "views">();
  useEffect(() => {
    // Only when the page is opened: later, an empty address is what the reader chose.
    if (began) return;
    began = true;
    if (Object.keys(search).length > 0) return;
    void defaultView().then((view) => view && change(queryOf(view), true, view.id));
  }, []);
  return (
    <div className="runs-tools">
      <Button ref={views} tone="quiet" data-shortcut="v" onPress={() => setOpen("views")}>
        Views
      </Button>
      <Button ref={columns} tone="quiet" data-shortcut="c" onPress={() => setOpen("columns")}>
        Columns
      </Button>
      <a className="button quiet" href={graphiqlLink(filter, query.order)} title="This list as a query">
        Query
      </a>
      {open === "columns" && <ColumnsEditor anchor={columns} query={query} change={change} close={() => setOpen(undefined)} />}
      {open === "views" && (
        <Suspense>
          <ViewsMenu
            anchor={views}
            shown={search.view}
            query={query}
            filter={filter}
            show={(view) => change(queryOf(view), false, view.id)}
            close={() => setOpen(undefined)}
          />
        </Suspense>
      )}
    </div>
  );
}
