import { useSyncExternalStore } from "react";

/** How the page stands with the server; idle while it follows nothing. `since` is when that began, in milliseconds. */
export type Connection = {
  readonly state: "idle" | "connecting" | "live" | "lost" | "unauthenticated";
  readonly since: number;
};

let connection: Connection = { state: "idle", since: Date.now() };
const listeners = new Set<() => void>();

export function currentConnection(): Connection {
  return connection;
}

export function setConnection(state: Connection["state"]): void {
  // Attempts to connect again are a part of the loss, and only a new token ends a refusal.
  if (state === connection.state || (state === "connecting" && connection.state === "lost")) return;
  if (connection.state === "unauthenticated") return;
  set(state);
}

/** Try again with another token. */
export function readmit(): void {
  set("connecting");
}

function set(state: Connection["state"]): void {
  connection = { state, since: Date.now() };
  for (const listener of listeners) listener();
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Wait until the server has not refused the reader, or has a new token of theirs. */
export function admitted(signal?: AbortSignal): Promise<void> {
  if (connection.state !== "unauthenticated") return Promise.resolve();
  return new Promise((resolve) => {
    const stop = onConnection(() => {
      if (connection.state === "unauthenticated") return;
      stop();
      resolve();
    });
    signal?.addEventListener("abort", () => {
      stop();
      resolve();
    });
  });
}

export function useConnection(): Connection {
  return useSyncExternalStore(onConnection, currentConnection);
}
