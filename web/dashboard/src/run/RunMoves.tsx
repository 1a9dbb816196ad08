import { lazy, Suspense, useState } from "react";

import { moveRun } from "../moves/moveRun";
import { asksFirst, MOVE_NAMES } from "../moves/moves";
import type { Status } from "../runs/statuses";
import type { RunCells } from "../runs/useRunCells";
import { Button } from "../ui/Button";

const MoveDialog = lazy(() => import("../moves/MoveDialog"));

/** A button for each move that the table allows; those that cannot be undone ask first. */
export function RunMoves({ run }: { run: RunCells }) {
  const [asked, setAsked] = useState<Status>();
  const from = run.status as Status;
  const name = run.name ?? run.id;
  const press = (to: Status) => {
    if (asksFirst(from, to)) setAsked(to);
    else void moveRun({ id: run.id, name, from, to });
  };
  return (
    <>
      {(run.allowedTransitions as readonly Status[]).map((to) => (
        <Button key={to} onPress={() => press(to)}>
          {MOVE_NAMES[to]}
        </Button>
      ))}
      {asked && (
        <Suspense>
          <MoveDialog
            to={asked}
            what={name}
            confirm={(answer) => void moveRun({ id: run.id, name, from, to: asked, ...answer })}
            close={() => setAsked(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}
