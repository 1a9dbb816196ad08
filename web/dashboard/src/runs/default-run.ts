/** The run that takes what belongs to no other one; it is there from the start, and open for ever. */
export const DEFAULT_RUN = "default";

export const DEFAULT_RUN_WORDS = "Takes what belongs to no run of its own; it is always there";
