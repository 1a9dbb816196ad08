import { useEffect, useState } from "react";
import { graphql } from "react-relay";
import { getRequest } from "relay-runtime";

import type { RunFilter } from "../runs/filter";
import { follow } from "./subscribe";

const changes = graphql`
  subscription useChangesSubscription($filter: RunFilter, $after: String) {
    runChanges(filter: $filter, after: $after, bookmarks: true) {
      __typename
      cursor
    }
  }
`;
const PAUSE = 1_000; // milliseconds between two numbers while runs change

type Item = { readonly runChanges: { readonly __typename: string; readonly cursor: string } };

/** A number that moves on when runs of a filter changed, at most once a second: a key to read again by. */
export function useChanges(filter: RunFilter): number {
  const [number, setNumber] = useState(0);
  const key = JSON.stringify(filter);
  useEffect(() => {
    let cursor: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follow<Item>(getRequest(changes).params.text ?? "", () => ({ filter: JSON.parse(key) as RunFilter, after: cursor }), {
      next: ({ runChanges }) => {
        cursor = runChanges.cursor;
        if (runChanges.__typename === "Bookmark") return;
        timer ??= setTimeout(() => {
          timer = undefined;
          setNumber((former) => former + 1);
        }, PAUSE);
      },
      end: () => undefined,
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [key]);
  return number;
}
