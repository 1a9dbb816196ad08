import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";

import { useTitle } from "../ui/useTitle";
import { say } from "../ui/notices";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { counted } from "../ui/times";
import { Trouble } from "../ui/Trouble";
import { columnsOf } from "./column-choices";
import { DEFAULT_RUN } from "./default-run";
import { FilterBar } from "./FilterBar";
import { filterOf } from "./filter";
import { METADATA_PREFIX } from "./metadata-paths";
import { NoRuns } from "./NoRuns";
import { DEFAULT_ORDER, readOrder } from "./order";
import { RunsTable } from "./RunsTable";
import { conditionsOf, type RunsQuery, searchWith } from "./search";
import { StatusTiles } from "./StatusTiles";
import { TimelinePanel } from "./TimelinePanel";
import "./runs.css";
import { useRunList } from "./useRunList";

const RunsTools = lazy(() => import("./RunsTools"));
const BulkBar = lazy(() => import("./BulkBar"));

const route = getRouteApi("/");

/** The list of runs, with what the address says of it. */
export function RunsPage() {
  useTitle("Runs");
  const search = route.useSearch();
  const navigate = useNavigate();
  const conditions = useMemo(() => conditionsOf(search), [search]);
  const columns = useMemo(() => columnsOf(search.columns), [search.columns]);
  const order = useMemo(() => readOrder(search.order ?? "") ?? DEFAULT_ORDER, [search.order]);
  const text = search.q ?? "";
  const filter = useMemo(() => filterOf(conditions, text), [conditions, text]);
  const needsMetadata = order.by.startsWith(METADATA_PREFIX) || columns.some(({ id }) => id.startsWith(METADATA_PREFIX));
  const { list, state } = useRunList(filter, order, needsMetadata);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());

  const change = useCallback(
    (part: Partial<RunsQuery>, replace = false, view?: string) => {
      void navigate({ to: "/", search: (former) => searchWith(view === undefined ? former : { view }, part), replace });
    },
    [navigate],
  );
  const mark = useCallback((id: string, on: boolean) => {
    setMarked((former) => {
      const next = new Set(former);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  useEffect(() => setMarked(new Set()), [list]);
  useEffect(() => {
    if (state.missed === 0) return undefined;
    const timer = setTimeout(() => {
      say(`Back again: ${counted(state.missed, "change")} caught up with.`);
      list.told();
    }, 500);
    return () => clearTimeout(timer);
  }, [state.missed, list]);

  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!state.isLoading) setReady(true);
  }, [state.isLoading]);
  const isWhole = conditions.length === 0 && text === "";

  return (
    <main className="runs-page" id="main">
      <h1 className="visually-hidden">Runs</h1>
      <StatusTiles isReady={isReady} conditions={conditions} text={text} setConditions={(next) => change({ conditions: next })} />
      <TimelinePanel isReady={isReady} list={list} filter={filter} conditions={conditions} change={change} />
      <div className="runs-bar">
        <FilterBar
          text={text}
          conditions={conditions}
          setText={(next) => change({ text: next }, true)}
          setConditions={(next) => change({ conditions: next })}
        />
        <Suspense fallback={<div className="runs-tools" />}>
          <RunsTools search={search} query={{ text, conditions, order, columns }} filter={filter} change={change} />
        </Suspense>
      </div>
      {state.still && (
        <p className="still" role="status">
          This list does not follow changes: {state.still} <Button onPress={list.reload}>Load again</Button>
        </p>
      )}
      {state.error !== undefined && <Trouble error={state.error} retry={list.reload} />}
      {state.isComplete && state.waiting === 0 && state.rows.every(({ id }) => isWhole && id === DEFAULT_RUN) ? (
        !isWhole ? (
          <Empty title="No run passes these filters">
            <Button onPress={() => change({ conditions: [], text: "" })}>Show all runs</Button>
          </Empty>
        ) : (
          <NoRuns />
        )
      ) : (
        <RunsTable
          list={list}
          state={state}
          columns={columns}
          order={order}
          conditions={conditions}
          setConditions={(next) => change({ conditions: next })}
          marked={marked}
          mark={mark}
          setOrder={(next) => change({ order: next })}
          setColumns={(next) => change({ columns: next }, true)}
        />
      )}
      {marked.size > 0 && (
        <Suspense>
          <BulkBar marked={marked} clear={() => setMarked(new Set())} />
        </Suspense>
      )}
    </main>
  );
}
