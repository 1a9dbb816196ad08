import { admitted } from "./connection";
import { fromErrors, ServerError } from "./errors";
import { Pauses } from "./pauses";
import { socket } from "./socket";

const FINAL = new Set(["BAD_USER_INPUT", "CURSOR_EXPIRED", "NOT_FOUND", "LIMIT_EXCEEDED", "FORBIDDEN"]);

type Sink<Data> = {
  /** Takes an item. */
  readonly next: (data: Data) => void;
  /** Takes the error that would come again, or undefined when the stream is over; nothing follows. */
  readonly end: (error?: ServerError) => void;
};

/**
 * Follow a subscription over broken connections, until it is over or the returned function is called.
 * `variables` are asked for at each attempt, so that a stream goes on from its last cursor.
 */
export function follow<Data>(text: string, variables: () => Record<string, unknown>, sink: Sink<Data>): () => void {
  const ending = new AbortController();
  void (async () => {
    const pauses = new Pauses();
    while (!ending.signal.aborted) {
      await admitted(ending.signal);
      const end = await attempt<Data>(text, variables(), ending.signal, (data) => {
        pauses.reset();
        sink.next(data);
      });
      if (ending.signal.aborted) return;
      if (end === "complete") return sink.end();
      if (end instanceof ServerError && FINAL.has(end.code)) return sink.end(end);
      await pauses.wait(ending.signal);
    }
  })();
  return () => ending.abort();
}

function attempt<Data>(
  query: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
  next: (data: Data) => void,
): Promise<"complete" | ServerError> {
  return new Promise((resolve) => {
    const stop = socket.subscribe<Data>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors?.length) resolve(fromErrors(errors));
          else if (data && !signal.aborted) next(data);
        },
        error: (trouble) => resolve(Array.isArray(trouble) ? fromErrors(trouble) : new ServerError("connection lost", "NETWORK")),
        complete: () => resolve("complete"),
      },
    );
    signal.addEventListener("abort", () => {
      stop();
      resolve("complete");
    });
  });
}
