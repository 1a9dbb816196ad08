/**
 * Keep a table of runs up to date, whatever happens to the connection: a reader to start from.
 *
 *     npm install graphql-ws ws
 *     node reader.ts --url ws://127.0.0.1:8000/graphql --tag env:dev
 *
 * First it reads a cursor, then the state, then the changes after that cursor: none is missed, and changes that the
 * state contains already are recognised by their versions. When the connection breaks, the reader resumes from the last
 * cursor; when the cursor has expired, it starts anew. Each change is printed as a line; Ctrl-C ends it with the table.
 *
 * Node runs this file directly since version 22.18; in a browser, leave out `ws`.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { type Client, createClient } from "graphql-ws";
import WebSocket from "ws";

const FIRST_PAUSE = 100; // milliseconds before the next attempt; doubled after each failure
const LONGEST_PAUSE = 10_000;
const LONGEST_QUIET = 45_000; // an open stream sends a bookmark every 15 seconds

const CURSOR = "{ changeCursor }";
const RUNS = `
  query ($filter: RunFilter, $after: String) {
    runs(filter: $filter, after: $after, first: 100) {
      nodes { id version status name }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const CHANGES = `
  subscription ($filter: RunFilter, $after: String) {
    runChanges(filter: $filter, after: $after, bookmarks: true) {
      __typename
      cursor
      ... on RunChange { runId version kind status membership run { name } }
    }
  }
`;

type Row = { version: number; status: string; name: string | null };
type Page = { hasNextPage: boolean; endCursor: string | null };
type Runs = { runs: { nodes: (Row & { id: string })[]; pageInfo: Page } };
type Bookmark = { __typename: "Bookmark"; cursor: string };
type Change = {
  __typename: "RunChange";
  cursor: string;
  runId: string;
  version: number;
  kind: string;
  status: string;
  membership: "ENTERED" | "UPDATED" | "LEFT";
  run: { name: string | null } | null;
};

/** Reads the runs that a filter lists into a table by their ids, and then follows their changes. */
class Reader {
  readonly table = new Map<string, Row>();
  readonly #client: Client;
  readonly #filter: object;
  #cursor: string | undefined;
  #pause = FIRST_PAUSE;

  constructor(url: string, filter: object, after?: string) {
    // The socket is kept for a moment, so that the pages of the state share one.
    this.#client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 1000 });
    this.#filter = filter;
    this.#cursor = after;
  }

  /** Yield each change once it is in the table; throw an error that would come again, else go on for ever. */
  async *changes(): AsyncGenerator<Change> {
    for (;;) {
      try {
        this.#cursor ??= await this.#readState();
        yield* this.#follow();
      } catch (trouble) {
        this.#judge(trouble);
      }
      // Jitter: when a server comes back, not all its readers should reconnect at once.
      await sleep(this.#pause * (0.5 + Math.random() / 2));
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }

  /** Fill the table, page by page, and return a cursor read before it. */
  async #readState(): Promise<string> {
    const { changeCursor } = await this.#ask<{ changeCursor: string }>(CURSOR);
    this.table.clear();
    let page: Page = { hasNextPage: true, endCursor: null };
    while (page.hasNextPage) {
      const { runs } = await this.#ask<Runs>(RUNS, page.endCursor);
      for (const { id, ...row } of runs.nodes) this.table.set(id, row);
      page = runs.pageInfo;
    }
    console.error(`${this.table.size} runs`);
    return changeCursor;
  }

  /** Yield the changes after the cursor, which moves with each change and each bookmark. */
  async *#follow(): AsyncGenerator<Change> {
    const watchdog = setTimeout(() => this.#client.terminate(), LONGEST_QUIET);
    try {
      for await (const { runChanges: item } of this.#answers<{ runChanges: Change | Bookmark }>(CHANGES, this.#cursor)) {
        watchdog.refresh();
        this.#pause = FIRST_PAUSE;
        if (item.__typename === "RunChange") this.#apply(item);
        this.#cursor = item.cursor;
        if (item.__typename === "RunChange") yield item;
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Apply a change to the table, unless the state contains it already. */
  #apply({ runId, version, status, membership, run }: Change): void {
    const row = this.table.get(runId);
    if (row && row.version >= version) return;
    if (membership === "LEFT") this.table.delete(runId);
    // `run` is the present run, null if it was deleted since; the other fields are as of the change.
    else this.table.set(runId, { version, status, name: run?.name ?? null });
  }

  /** Print why the connection or the stream ended; throw the error if it would come again. */
  #judge(trouble: unknown): void {
    const reason = reasonOf(trouble);
    if (reason === undefined || reason === "BAD_USER_INPUT") throw trouble;
    if (reason === "CURSOR_EXPIRED") this.#cursor = undefined;
    console.error(`again in a moment: ${reason}`);
  }

  async #ask<Data>(query: string, after?: string | null): Promise<Data> {
    for await (const data of this.#answers<Data>(query, after)) return data;
    throw new Error("no answer");
  }

  async *#answers<Data>(query: string, after?: string | null): AsyncGenerator<Data> {
    for await (const result of this.#client.iterate<Data>({ query, variables: { filter: this.#filter, after } })) {
      if (result.errors || !result.data) throw result.errors;
      yield result.data;
    }
  }
}

/** Return the server's code of an error, or how the connection ended; undefined for any other error. */
function reasonOf(trouble: unknown): string | undefined {
  if (Array.isArray(trouble)) return trouble[0]?.extensions?.code;
  // A socket's error or close event, or the client's own event for a socket that it terminated.
  return trouble instanceof Object && ("type" in trouble || "wasClean" in trouble) ? "connection lost" : undefined;
}

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "ws://127.0.0.1:8000/graphql" },
    tag: { type: "string", multiple: true, default: [] }, // only runs with this tag; may be given again
    after: { type: "string" }, // read no state, only the changes after this cursor
  },
});
const reader = new Reader(values.url, { tags: { all: values.tag } }, values.after);

process.once("SIGINT", () => {
  for (const [id, { status, version, name }] of reader.table) console.log(status, version, id, name);
  process.exit();
});

try {
  for await (const { kind, version, runId, status } of reader.changes()) console.log(kind, version, runId, status);
} catch (trouble) {
  console.error(`refused: ${JSON.stringify(trouble)}`);
  process.exitCode = 1;
}
