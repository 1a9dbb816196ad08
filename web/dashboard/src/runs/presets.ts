import { SILENT_AFTER } from "./activity";
import type { Condition } from "./conditions";
import { DEFAULT_ORDER, type Order } from "./order";

/** A question that everybody asks, as filters and an order. */
export type Preset = { readonly label: string; readonly conditions: readonly Condition[]; readonly order: Order };

/** The presets at an instant, in milliseconds; days are the reader's. */
export function presetsAt(now: number): readonly Preset[] {
  const midnight = new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
  const silent = new Date(now - SILENT_AFTER * 1000).toISOString();
  const open: Condition = { field: "status", op: "any", values: ["ACTIVE"] };
  return [
    { label: "Running now", conditions: [open], order: { by: "started", down: false } },
    { label: "Silent", conditions: [open, { field: "active", op: "range", values: ["", silent] }], order: { by: "started", down: false } },
    {
      label: "Failed today",
      conditions: [
        { field: "status", op: "any", values: ["FAILED"] },
        { field: "finished", op: "range", values: [midnight, ""] },
      ],
      order: { by: "finished", down: true },
    },
    {
      label: "Slowest today",
      conditions: [{ field: "started", op: "range", values: [midnight, ""] }],
      order: { by: "duration", down: true },
    },
    { label: "All", conditions: [], order: DEFAULT_ORDER },
  ];
}
