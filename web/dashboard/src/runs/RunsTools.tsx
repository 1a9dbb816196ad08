import { useRef, useState } from "react";

import { Button } from "../ui/Button";
import { ColumnsEditor } from "./ColumnsEditor";
import { graphiqlLink } from "./graphiql-link";
import type { RunFilter } from "./filter";
import type { RunsQuery, RunsSearch } from "./search";

type Props = {
  readonly search: RunsSearch;
  readonly query: RunsQuery;
  readonly filter: RunFilter;
  readonly change: (part: Partial<RunsQuery>) => void;
};

/** What is done with the list as a whole: its columns, and its query in GraphiQL. */
export default function RunsTools({ query, filter, change }: Props) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <div className="runs-tools">
      <Button ref={anchor} tone="quiet" onPress={() => setOpen(true)}>
        Columns
      </Button>
      {open && <ColumnsEditor anchor={anchor} query={query} change={change} close={() => setOpen(false)} />}
      <a className="button quiet" href={graphiqlLink(filter, query.order)}>
        GraphiQL
      </a>
    </div>
  );
}
