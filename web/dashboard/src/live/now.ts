import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const call of listeners) call();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const never = () => () => undefined;
const thisSecond = () => Math.floor(Date.now() / 1000) * 1000;

/** The time in milliseconds, which moves on each second; with `still`, only when the component renders. */
export function useNow(still = false): number {
  return useSyncExternalStore(still ? never : listen, thisSecond);
}
