import { useSyncExternalStore } from "react";

/** Something to be told for a while, perhaps with a way back. */
export type Notice = {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "bad";
  readonly undo?: (() => void) | undefined;
};

const LASTS = 8_000;
let notices: readonly Notice[] = [];
let next = 1;
const listeners = new Set<() => void>();

/** Tell the reader something. */
export function say(text: string, { tone = "plain", undo }: { tone?: Notice["tone"]; undo?: () => void } = {}): void {
  const notice: Notice = { id: next++, text, tone, undo };
  set([...notices.slice(-3), notice]);
  setTimeout(() => dismiss(notice.id), undo ? 2 * LASTS : LASTS);
}

export function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}

function set(to: readonly Notice[]): void {
  notices = to;
  for (const listener of listeners) listener();
}
