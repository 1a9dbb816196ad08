export const STATES = ["PENDING", "RUNNING", "RETRYING", "COMPLETED", "FAILED"] as const;
export type State = (typeof STATES)[number];

/** What the address of the jobs says: which state they have, and whether those that are due first come first. */
export type JobsSearch = { readonly state?: State; readonly order?: "due" };

export function validJobsSearch(search: Record<string, unknown>): JobsSearch {
  const state = STATES.find((one) => one === search["state"]);
  return { ...(state ? { state } : {}), ...(search["order"] === "due" ? { order: "due" } : {}) };
}
