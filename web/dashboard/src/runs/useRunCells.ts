import { useFragment } from "react-relay";

import type { RunCells_run$data, RunCells_run$key } from "../__generated__/RunCells_run.graphql";
import { runCells } from "./RunCells";

export type RunCells = RunCells_run$data;

/** The run's state in the store, and each later one. */
export function useRunCells(key: RunCells_run$key): RunCells {
  return useFragment(runCells, key);
}
