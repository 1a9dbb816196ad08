import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { graphql } from "react-relay";
import { fetchQuery, getRequest } from "relay-runtime";

import type { useTreeChildrenQuery } from "../../__generated__/useTreeChildrenQuery.graphql";
import type { useTreeRootQuery } from "../../__generated__/useTreeRootQuery.graphql";
import type { useTreeCursorQuery } from "../../__generated__/useTreeCursorQuery.graphql";
import { environment } from "../../live/environment";
import { Frames } from "../../live/frames";
import { follow } from "../../live/subscribe";

graphql`
  fragment useTree_run on Run {
    id
    version
    name
    status
    parentId
    createdAt
    startedAt
    finishedAt
    duration
    lastActivityAt
  }
`;
graphql`
  fragment useTree_node on Run {
    ...useTree_run @relay(mask: false)
    below: children(first: 1, filter: { includeArchived: true }) {
      nodes {
        id
      }
    }
  }
`;
const rootQuery = graphql`
  query useTreeRootQuery($id: ID!) {
    run(id: $id) {
      ...useTree_node @relay(mask: false)
    }
  }
`;
const childrenQuery = graphql`
  query useTreeChildrenQuery($id: ID!, $after: String) {
    run(id: $id) {
      children(first: 100, after: $after, filter: { includeArchived: true }, orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes {
          ...useTree_node @relay(mask: false)
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;
const cursorQuery = graphql`
  query useTreeCursorQuery {
    changeCursor
  }
`;
const changes = graphql`
  subscription useTreeSubscription($filter: RunFilter, $after: String) {
    runChanges(filter: $filter, after: $after, bookmarks: true) {
      __typename
      cursor
      ... on RunChange {
        runId
        run {
          ...useTree_run @relay(mask: false)
        }
      }
    }
  }
`;

/** A run in the tree. */
export type TreeRun = {
  readonly id: string;
  readonly version: number;
  readonly name: string | null | undefined;
  readonly status: string;
  readonly parentId: string | null | undefined;
  readonly createdAt: string;
  readonly startedAt: string | null | undefined;
  readonly finishedAt: string | null | undefined;
  readonly duration: number | null | undefined;
  readonly lastActivityAt: string;
  readonly hasChildren: boolean;
};
type Below = { readonly runs: readonly TreeRun[]; readonly hasMore: boolean; readonly cursor: string | null };
type Item = { readonly runChanges: { readonly cursor: string; readonly runId?: string; readonly run?: Omit<TreeRun, "hasChildren"> | null } };
type State = { readonly root: TreeRun | undefined; readonly childrenOf: ReadonlyMap<string, Below> };
type Action =
  | { readonly kind: "root"; readonly run: TreeRun }
  | { readonly kind: "page"; readonly parent: string; readonly page: Below }
  | { readonly kind: "changes"; readonly runs: ReadonlyMap<string, Omit<TreeRun, "hasChildren"> | null> };

/** The tree below a run, as far as it is open. */
export function useTree(id: string, open: ReadonlySet<string>) {
  const [state, dispatch] = useReducer(reduce, { root: undefined, childrenOf: new Map() });
  const [error, setError] = useState<unknown>();
  const asked = useRef(new Set<string>());
  const cursors = useRef(state);
  cursors.current = state;

  const more = useCallback((parent: string) => {
    const after = cursors.current.childrenOf.get(parent)?.cursor ?? null;
    fetchQuery<useTreeChildrenQuery>(environment, childrenQuery, { id: parent, after }).subscribe({
      next: ({ run }) => {
        if (!run) return;
        const { nodes, pageInfo } = run.children;
        const runs = nodes.map(({ below, ...node }) => ({ ...node, hasChildren: below.nodes.length > 0 }));
        dispatch({ kind: "page", parent, page: { runs, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor ?? null } });
      },
      error: setError,
    });
  }, []);
  const [start, restart] = useStart(setError);
  useEffect(() => {
    if (start === undefined) return undefined;
    asked.current.clear();
    const asking = fetchQuery<useTreeRootQuery>(environment, rootQuery, { id }).subscribe({
      next: ({ run }) => {
        if (!run) return;
        const { below, ...node } = run;
        dispatch({ kind: "root", run: { ...node, hasChildren: below.nodes.length > 0 } });
      },
      error: setError,
    });
    return () => asking.unsubscribe();
  }, [id, start]);
  useEffect(() => {
    if (start === undefined) return;
    for (const parent of open) {
      if (asked.current.has(parent)) continue;
      asked.current.add(parent);
      more(parent);
    }
  }, [open, more, start]);
  useFollowedTree(id, open, start, dispatch, restart);
  return { ...state, more, error };
}

/** A cursor from before what is read, so that no change falls between, and a way to begin again with another. */
function useStart(setError: (error: unknown) => void): readonly [string | undefined, () => void] {
  const [start, setStart] = useState<string>();
  const [number, setNumber] = useState(0);
  useEffect(() => {
    const asking = fetchQuery<useTreeCursorQuery>(environment, cursorQuery, {}).subscribe({
      next: ({ changeCursor }) => setStart(changeCursor),
      error: setError,
    });
    return () => asking.unsubscribe();
  }, [number]);
  return [start, useCallback(() => setNumber((former) => former + 1), [])];
}

/** Follow the run and the children of all that is open, in one stream, which goes on when more is opened. */
function useFollowedTree(
  id: string,
  open: ReadonlySet<string>,
  start: string | undefined,
  dispatch: (action: Action) => void,
  restart: () => void,
): void {
  const cursor = useRef<string>(undefined);
  useEffect(() => {
    cursor.current = start;
  }, [start]);
  const key = [...open].sort().join(" ");
  useEffect(() => {
    if (start === undefined) return undefined;
    let runs = new Map<string, Omit<TreeRun, "hasChildren"> | null>();
    const frames = new Frames(() => {
      dispatch({ kind: "changes", runs });
      runs = new Map();
    });
    const parents = key.split(" ").filter(Boolean);
    const filter = { or: [{ ids: [id] }, ...parents.map((parentId) => ({ parentId }))], includeArchived: true };
    const stop = follow<Item>(getRequest(changes).params.text ?? "", () => ({ filter, after: cursor.current }), {
      next: ({ runChanges }) => {
        cursor.current = runChanges.cursor;
        if (runChanges.runId === undefined) return;
        runs.set(runChanges.runId, runChanges.run ?? null);
        frames.ask();
      },
      end: (error) => error?.code === "CURSOR_EXPIRED" && restart(),
    });
    return () => {
      frames.stop();
      stop();
      if (runs.size) dispatch({ kind: "changes", runs }); // the cursor is beyond them
    };
  }, [id, key, start]);
}

function reduce(state: State, action: Action): State {
  switch (action.kind) {
    case "root":
      return { ...state, root: action.run };
    case "page":
      return { ...state, childrenOf: new Map(state.childrenOf).set(action.parent, joined(state.childrenOf.get(action.parent), action.page)) };
    case "changes":
      return [...action.runs].reduce(changed, state);
  }
}

function joined(former: Below | undefined, page: Below): Below {
  const known = new Set(page.runs.map(({ id }) => id));
  return { ...page, runs: [...(former?.runs ?? []).filter(({ id }) => !known.has(id)), ...page.runs] };
}

function changed(state: State, [id, run]: [string, Omit<TreeRun, "hasChildren"> | null]): State {
  const newer = (old: TreeRun): TreeRun => (run && run.version >= old.version ? { ...old, ...run } : old);
  if (state.root?.id === id) return { ...state, root: newer(state.root) };
  const childrenOf = new Map(state.childrenOf);
  for (const [parent, below] of childrenOf) {
    const at = below.runs.findIndex((one) => one.id === id);
    if (at < 0) continue;
    childrenOf.set(parent, { ...below, runs: below.runs.toSpliced(at, 1, ...(run ? [newer(below.runs[at]!)] : [])) });
    return { ...state, childrenOf };
  }
  const below = run?.parentId ? childrenOf.get(run.parentId) : undefined;
  if (!run?.parentId || !below || below.hasMore) return state;
  childrenOf.set(run.parentId, { ...below, runs: [...below.runs, { ...run, hasChildren: false }] });
  const root = state.root?.id === run.parentId ? { ...state.root, hasChildren: true } : state.root;
  return { root, childrenOf };
}
