import { useConnection } from "../live/connection";
import { useNow } from "../live/now";
import { inDuration } from "../ui/times";

const WORDS = {
  idle: "",
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost",
  unauthenticated: "Token needed",
} as const;

/** How the connection is, in words. */
export function ConnectionState() {
  const { state, since } = useConnection();
  const now = useNow(state !== "lost");
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return (
    <span className="connection" data-state={state} role="status">
      {state !== "idle" && <span className="connection-mark" aria-hidden="true" />}
      {WORDS[state]}
      {state === "lost" && seconds > 0 && <span aria-hidden="true"> for {inDuration(seconds)}, trying again</span>}
    </span>
  );
}
