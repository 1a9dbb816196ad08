import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { graphql } from "react-relay";
import { fetchQuery } from "relay-runtime";

import type { BulkBarQuery } from "../__generated__/BulkBarQuery.graphql";
import { environment } from "../live/environment";
import { inWords } from "../live/errors";
import MoveDialog from "../moves/MoveDialog";
import { moveRuns } from "../moves/moveRuns";
import { MOVE_NAMES } from "../moves/moves";
import TagDialog from "../moves/TagDialog";
import { type Tagging, tagRuns } from "../moves/tagRuns";
import { Button } from "../ui/Button";
import { say } from "../ui/notices";
import { counted } from "../ui/times";
import { STATUSES, type Status } from "./statuses";

const allowed = graphql`
  query BulkBarQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Run {
        id
        allowedTransitions
      }
    }
  }
`;
const MOST = 1_000; // runs in one mutation
const MOST_COMPARED = 20;

type Asked = { readonly to: Status; readonly movable: number };
type Props = { readonly marked: ReadonlySet<string>; readonly clear: () => void };

/** What can be done with the marked runs. A move says first how many of them it can move. */
export default function BulkBar({ marked, clear }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const [tagging, setTagging] = useState<Tagging>();
  const ids = [...marked].slice(0, MOST);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("[role=dialog]")) clear();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [clear]);
  const ask = async (to: Status) => {
    try {
      const answer = await fetchQuery<BulkBarQuery>(environment, allowed, { ids }).toPromise();
      setAsked({ to, movable: (answer?.nodes ?? []).filter((run) => run?.allowedTransitions?.includes(to)).length });
    } catch (error) {
      say(inWords(error), { tone: "bad" });
    }
  };
  return (
    <div className="bulk" role="toolbar" aria-label="Marked runs">
      <strong>{counted(marked.size, "run")} marked</strong>
      {STATUSES.map((to) => (
        <Button key={to} onPress={() => void ask(to)}>
          {MOVE_NAMES[to]}…
        </Button>
      ))}
      <Button onPress={() => setTagging("add")}>Tag…</Button>
      <Button onPress={() => setTagging("remove")}>Untag…</Button>
      {marked.size >= 2 && marked.size <= MOST_COMPARED && (
        <Link to="/compare" search={{ ids }} className="button plain">
          Compare
        </Link>
      )}
      <Button tone="quiet" onPress={clear} aria-label="Unmark all">
        ×
      </Button>
      {tagging && (
        <TagDialog
          way={tagging}
          what={counted(ids.length, "run")}
          confirm={(tag) => void tagRuns(tagging, ids, tag)}
          close={() => setTagging(undefined)}
        />
      )}
      {asked && (
        <MoveDialog
          to={asked.to}
          what={counted(ids.length, "run")}
          preview={
            asked.movable === ids.length
              ? `All ${ids.length} can be moved.`
              : `${asked.movable} of ${ids.length} can be moved; the others stay as they are.`
          }
          confirm={({ error, reason }) => {
            void moveRuns(ids, asked.to, error, reason);
            clear();
          }}
          close={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}
