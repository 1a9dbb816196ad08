/** Calls a function at most once a frame, however often it is asked for; in a page out of sight, a few times a second. */
export class Frames {
  readonly #work: () => void;
  #asked = false;
  #stopped = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): void {
    if (this.#asked || this.#stopped) return;
    this.#asked = true;
    if (document.hidden) setTimeout(this.#run, 250);
    else requestAnimationFrame(this.#run);
  }

  stop(): void {
    this.#stopped = true;
  }

  readonly #run = () => {
    this.#asked = false;
    if (!this.#stopped) this.#work();
  };
}
