import { getRouteApi } from "@tanstack/react-router";
import { Suspense, useDeferredValue } from "react";

import { useReading } from "../live/useReading";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { useTitle } from "../ui/useTitle";
import "../ui/page.css";
import { JobTable } from "./JobTable";

const route = getRouteApi("/jobs");

/** The jobs: their states, attempts and leases, and what is due. */
export function JobsPage() {
  useTitle("Jobs");
  const search = route.useSearch();
  const { state, order } = search;
  const navigate = route.useNavigate();
  const { number, read } = useReading();
  const reading = useDeferredValue(number);
  const shown = useDeferredValue(search); // what is there stays, with its focus, until what was chosen is read
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Jobs</h1>
        <Choice
          label="Order"
          value={order ?? "newest"}
          options={[
            { id: "newest", label: "Newest first" },
            { id: "due", label: "Longest due first" },
          ]}
          choose={(id) => void navigate({ search: { ...(state ? { state } : {}), ...(id === "due" ? { order: id } : {}) }, replace: true })}
        />
        <Button onPress={read}>Read again</Button>
      </div>
      <Suspense fallback={<p className="faint">Loading…</p>}>
        <JobTable {...shown} reading={reading} />
      </Suspense>
    </main>
  );
}
