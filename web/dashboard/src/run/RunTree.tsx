import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Tree, TreeItem, TreeItemContent } from "react-aria-components/Tree";

import { useNow } from "../live/now";
import { StatusIcon } from "../ui/StatusIcon";
import { STATUS_NAMES, type Status } from "../runs/statuses";
import { secondsOf } from "../runs/activity";
import { inDuration } from "../ui/times";
import { Trouble } from "../ui/Trouble";
import { TimeBar } from "./TimeBar";
import { type TreeRun, useTree } from "./useTree";

/** A run and what is below it, with bars of time. Each level is loaded when it is opened, and followed while it is. */
export default function RunTree({ id }: { id: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([id]));
  const { root, childrenOf, more, error } = useTree(id, open);
  const now = useNow();
  const span = useMemo(() => (root ? spanOf(root, childrenOf, now) : undefined), [root, childrenOf, now]);
  if (error) return <Trouble error={error} />;
  if (!root || !span) return <p className="faint">Loading…</p>;

  const item = (run: TreeRun) => {
    const below = childrenOf.get(run.id);
    return (
      <TreeItem key={run.id} id={run.id} textValue={run.name ?? run.id} className="tree-item" hasChildItems={run.hasChildren}>
        <TreeItemContent>
          {({ level, isExpanded, hasChildItems }) => (
            <div className="tree-line">
              <span className="tree-name" style={{ paddingLeft: (level - 1) * 18 }}>
                {hasChildItems ? (
                  <Button slot="chevron" className="tree-chevron" data-open={isExpanded}>
                    ›
                  </Button>
                ) : (
                  <span className="tree-chevron" />
                )}
                <StatusIcon status={run.status as Status} />
                <span className="visually-hidden">{STATUS_NAMES[run.status as Status]}</span>
                <Link to="/runs/$id" params={{ id: run.id }} search={{ part: "tree" }} className="run-link">
                  {run.name ?? run.id}
                </Link>
              </span>
              <TimeBar run={run} span={span} now={now} />
              <span className="tree-duration">{said(run, now)}</span>
            </div>
          )}
        </TreeItemContent>
        {below?.runs.map(item)}
        {below?.hasMore && (
          <TreeItem id={`more ${run.id}`} textValue="More" className="tree-item" onAction={() => more(run.id)}>
            <TreeItemContent>
              <div className="tree-line tree-more">More…</div>
            </TreeItemContent>
          </TreeItem>
        )}
      </TreeItem>
    );
  };
  return (
    <Tree
      aria-label="Runs below this one"
      className="tree"
      selectionMode="none"
      expandedKeys={open}
      onExpandedChange={(keys) => setOpen(new Set([...keys].map(String)))}
    >
      {item(root)}
    </Tree>
  );
}

function said(run: TreeRun, now: number): string {
  const seconds = secondsOf(run, now);
  return seconds === undefined ? "–" : inDuration(run.finishedAt ? seconds : Math.floor(seconds));
}

/** The time from the first start to the last end of all that is loaded. */
function spanOf(root: TreeRun, childrenOf: ReadonlyMap<string, { readonly runs: readonly TreeRun[] }>, now: number) {
  const all = [root, ...[...childrenOf.values()].flatMap(({ runs }) => runs)];
  const from = Math.min(...all.map(({ startedAt, createdAt }) => Date.parse(startedAt ?? createdAt)));
  const to = Math.max(...all.map((run) => (run.finishedAt ? Date.parse(run.finishedAt) : secondsOf(run, now) === undefined ? from : now)));
  return { from, to: Math.max(to, from + 1) };
}
