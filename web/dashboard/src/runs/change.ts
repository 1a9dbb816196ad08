import type { Sortable } from "./order";
import type { Status } from "./statuses";

/** A run as pages and changes carry it: what sorts it, and the row's selections. */
export type RunAnswer = Sortable & { readonly version: number } & Record<string, unknown>;

/** An entry of the change log, as the list's stream sends it. */
export type Change = {
  readonly __typename: "RunChange";
  readonly cursor: string;
  readonly runId: string;
  readonly version: number;
  readonly kind: string;
  readonly status: Status;
  readonly fromStatus: Status | null;
  readonly at: string;
  readonly membership: "ENTERED" | "UPDATED" | "LEFT";
  readonly run: RunAnswer | null;
};

export type Bookmark = { readonly __typename: "Bookmark"; readonly cursor: string };
