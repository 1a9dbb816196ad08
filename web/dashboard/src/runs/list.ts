import { createOperationDescriptor, type Disposable, fetchQuery, getRequest } from "relay-runtime";

import type { RunsCursorQuery } from "../__generated__/RunsCursorQuery.graphql";
import type { RunsPageQuery, RunsPageQuery$data } from "../__generated__/RunsPageQuery.graphql";
import type { RunsRowQuery$data } from "../__generated__/RunsRowQuery.graphql";
import { onConnection, currentConnection } from "../live/connection";
import { environment } from "../live/environment";
import { type ServerError, inWords } from "../live/errors";
import { Frames } from "../live/frames";
import { follow } from "../live/subscribe";
import type { Bookmark, Change } from "./change";
import { runsChanges, runsCursor, runsPage, runsRow } from "./Runs";
import type { RunFilter } from "./filter";
import { comparison, type Order, orderBy } from "./order";
import { type Row, Rows } from "./rows";
import { isOpen } from "./statuses";

const FIRST_PAGE = 60; // rows, a screen or two: the sooner it is shown
const PAGE = 200;
const LONGEST_ARRIVAL = 2_000; // rows that come while the list is read are kept, up to so many; then it is loaded anew

/** What the table shows of a list. */
export type ListState = {
  readonly rows: readonly Row[];
  /** Runs that came while the reader was further down. */
  readonly waiting: number;
  readonly isLoading: boolean;
  readonly isComplete: boolean;
  readonly error: string | undefined;
  /** Changes that happened while the connection was away, once it is back. */
  readonly missed: number;
  /** Why the list does not follow changes; undefined when it does. */
  readonly still: string | undefined;
};

export const EMPTY: ListState = {
  rows: [],
  waiting: 0,
  isLoading: true,
  isComplete: false,
  error: undefined,
  missed: 0,
  still: undefined,
};

type Node = RunsPageQuery$data["runs"]["nodes"][number];

/** The runs that pass a filter, page by page, and kept as they are by the stream of their changes. */
export class RunList {
  readonly #filter: RunFilter;
  readonly #order: Order;
  readonly #metadata: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #changeListeners = new Set<(changes: readonly Change[]) => void>();
  readonly #frames = new Frames(() => this.#apply());
  #rows: Rows;
  #retained: Disposable[] = [];
  #incoming = new Map<string, Change>();
  #log: Change[] = [];
  #waiting = new Map<string, Row>();
  #holding = false;
  #cursor: string | undefined;
  #endCursor: string | null = null;
  #stop: (() => void) | undefined;
  #generation = 0;
  #lostAt: string | undefined;
  #state: ListState = EMPTY;

  constructor(filter: RunFilter, order: Order, metadata: boolean) {
    this.#filter = filter;
    this.#order = order;
    this.#metadata = metadata;
    this.#rows = new Rows(comparison(order));
  }

  readonly state = (): ListState => this.#state;

  /** Call a function whenever the state is another one. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Call a function with the changes of each frame. */
  onChanges(listener: (changes: readonly Change[]) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Load the first page and follow the changes, until the returned function is called. */
  start(): () => void {
    void this.#load();
    const stopWatching = onConnection(() => {
      const { state } = currentConnection();
      if (state === "lost") this.#lostAt ??= new Date().toISOString();
      if (state === "live" && this.#state.error !== undefined) void this.#load();
    });
    return () => {
      stopWatching();
      this.#frames.stop();
      this.#close();
    };
  }

  /** Keep what arrives out of the rows while the reader is further down; let it in again when they are back. */
  hold(holding: boolean): void {
    if (this.#holding === holding) return;
    this.#holding = holding;
    if (!holding) this.showWaiting();
  }

  showWaiting(): void {
    if (!this.#waiting.size) return;
    this.#rows.change([...this.#waiting.values()], []);
    this.#waiting.clear();
    this.#tell({});
  }

  readonly reload = (): void => {
    void this.#load();
  };

  /** Load the next page, unless one is on its way. */
  async more(): Promise<void> {
    if (this.#state.isLoading || this.#rows.complete || this.#state.error) return;
    this.#tell({ isLoading: true });
    const generation = this.#generation;
    try {
      await this.#page(generation);
    } catch (error) {
      if (generation === this.#generation) this.#tell({ isLoading: false, error: inWords(error) });
    }
  }

  async #load(): Promise<void> {
    this.#close();
    const generation = this.#generation;
    this.#rows = new Rows(comparison(this.#order));
    this.#endCursor = null;
    this.#tell({ isLoading: true, error: undefined, still: undefined });
    try {
      const cursor = await fetchQuery<RunsCursorQuery>(environment, runsCursor, {}).toPromise();
      if (generation !== this.#generation) return;
      this.#cursor = cursor?.changeCursor;
      this.#follow(generation);
      await this.#page(generation);
    } catch (error) {
      if (generation === this.#generation) this.#tell({ isLoading: false, error: inWords(error) });
    }
  }

  async #page(generation: number): Promise<void> {
    const variables = {
      filter: this.#filter,
      order: orderBy(this.#order),
      first: this.#endCursor === null ? FIRST_PAGE : PAGE,
      after: this.#endCursor,
      metadata: this.#metadata,
    };
    const answer = await fetchQuery<RunsPageQuery>(environment, runsPage, variables).toPromise();
    if (generation !== this.#generation || !answer) return;
    this.#retained.push(environment.retain(createOperationDescriptor(getRequest(runsPage), variables)));
    const { nodes, pageInfo } = answer.runs;
    this.#rows.append(nodes.map(rowOf));
    this.#rows.complete = !pageInfo.hasNextPage;
    this.#endCursor = pageInfo.endCursor ?? null;
    this.#tell({ isLoading: false });
    if (this.#incoming.size) this.#frames.ask();
  }

  #follow(generation: number): void {
    const variables = () => ({ filter: this.#filter, after: this.#cursor, metadata: this.#metadata });
    this.#stop = follow<{ runChanges: Change | Bookmark }>(getRequest(runsChanges).params.text ?? "", variables, {
      next: ({ runChanges: item }) => {
        this.#cursor = item.cursor;
        if (item.__typename !== "RunChange") return;
        this.#incoming.set(item.runId, item);
        this.#log.push(item);
        this.#frames.ask();
      },
      end: (error) => {
        if (generation === this.#generation) this.#ended(error);
      },
    });
  }

  #ended(error: ServerError | undefined): void {
    if (error?.code === "CURSOR_EXPIRED") void this.#load();
    else this.#tell({ still: error?.message ?? "the stream is over" });
  }

  /** Bring the changes of a frame into the rows; of several changes of one run the last one has its state. */
  #apply(): void {
    if (this.#rows.all.length === 0 && !this.#rows.complete) return; // the first page is on its way
    const changes = this.#log;
    const put: Row[] = [];
    const removed: string[] = [];
    for (const change of this.#incoming.values()) {
      const known = this.#rows.get(change.runId) ?? this.#waiting.get(change.runId);
      if (known && known.version >= change.version) continue;
      if (change.membership === "LEFT" || !change.run) removed.push(change.runId);
      else this.#place(this.#commit(change.run), put);
    }
    this.#incoming = new Map();
    this.#log = [];
    for (const id of removed) this.#waiting.delete(id);
    this.#rows.change(put, removed);
    for (const listener of this.#changeListeners) listener(changes);
    if (this.#waiting.size > LONGEST_ARRIVAL) void this.#load();
    else this.#tell({ missed: this.#state.missed + this.#countMissed(changes) });
  }

  #place(row: Row, put: Row[]): void {
    const waits = this.#holding && !this.#rows.get(row.id);
    if (!waits) put.push(row);
    else if (this.#rows.reaches(row)) this.#waiting.set(row.id, row);
  }

  /** Write a run into the store as the answer to a query of its own, which keeps it there while the list is shown. */
  #commit(run: NonNullable<Change["run"]>): Row {
    const operation = createOperationDescriptor(getRequest(runsRow), { id: run.id, metadata: this.#metadata });
    if (!this.#rows.get(run.id)) this.#retained.push(environment.retain(operation));
    environment.commitPayload(operation, { run });
    const { data } = environment.lookup(operation.fragment);
    return rowOf((data as RunsRowQuery$data).run as unknown as Node);
  }

  #countMissed(changes: readonly Change[]): number {
    if (this.#lostAt === undefined || currentConnection().state !== "live") return 0;
    const backAt = new Date(currentConnection().since).toISOString();
    const count = changes.filter(({ at }) => at >= this.#lostAt! && at < backAt).length;
    if (changes.some(({ at }) => at >= backAt)) this.#lostAt = undefined;
    return count;
  }

  /** Forget the changes that were missed, once they were told. */
  readonly told = (): void => this.#tell({ missed: 0 });

  #close(): void {
    this.#generation++;
    this.#stop?.();
    this.#incoming.clear();
    this.#log = [];
    this.#waiting.clear();
    for (const { dispose } of this.#retained) dispose();
    this.#retained = [];
  }

  #tell(change: Partial<ListState>): void {
    const next: ListState = {
      ...this.#state,
      ...change,
      rows: this.#rows.all,
      waiting: this.#waiting.size,
      isComplete: this.#rows.complete,
    };
    const same = (Object.keys(next) as (keyof ListState)[]).every((key) => next[key] === this.#state[key]);
    if (same) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

function rowOf(node: Node): Row {
  const { id, version, name, createdAt, updatedAt, startedAt, finishedAt, duration, metadata } = node;
  const isMeasured = isOpen(node.status) && node.dataset !== null;
  return { id, version, isMeasured, name, createdAt, updatedAt, startedAt, finishedAt, duration, metadata, cells: node };
}
