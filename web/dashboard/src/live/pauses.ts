const FIRST = 100; // milliseconds; doubled after each failure
const LONGEST = 5_000;

/** The pauses between attempts to connect. They end early when the browser is online again, or is looked at. */
export class Pauses {
  #next = FIRST;

  /** Begin with the shortest again. */
  reset(): void {
    this.#next = FIRST;
  }

  /** Wait for the next pause, but not beyond the signal. */
  async wait(signal: AbortSignal): Promise<void> {
    // Jitter: when a server comes back, not all its pages should connect at once.
    const pause = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, LONGEST);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        document.removeEventListener("visibilitychange", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, pause);
      window.addEventListener("online", done);
      document.addEventListener("visibilitychange", done);
      signal.addEventListener("abort", done);
    });
  }
}
