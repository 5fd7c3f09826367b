/** How long a build may take, and how long it may say nothing. */
import type { Failure } from '../result.js';

/** In seconds; none where they are left out. */
export interface BuildLimits {
  readonly timeout?: number | undefined;
  readonly silence?: number | undefined;
}

/** The longest that a timer of Node.js can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Stops one build when it has had its time, or when the whole run is stopped. */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #stop = (): void => this.#controller.abort();
  readonly #timeout: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Why it was stopped, where that was for a limit. */
  failure: Failure | undefined;

  constructor(
    private readonly name: string,
    private readonly limits: BuildLimits,
    private readonly run: AbortSignal,
  ) {
    run.addEventListener('abort', this.#stop, { once: true });
    if (run.aborted) this.#stop();
    const { timeout } = limits;
    if (timeout !== undefined) this.#timeout = this.#after(timeout, `took longer than ${timeout} s`, '--timeout');
    this.heard();
  }

  /** Aborted when the build is to be stopped. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** To be called when the builder has said something. */
  heard(): void {
    const { silence } = this.limits;
    if (silence === undefined) return;
    clearTimeout(this.#silence);
    this.#silence = this.#after(silence, `said nothing for ${silence} s`, '--max-silent-time');
  }

  /** To be called when the build has ended. */
  end(): void {
    clearTimeout(this.#timeout);
    clearTimeout(this.#silence);
    this.run.removeEventListener('abort', this.#stop);
  }

  #after(seconds: number, what: string, option: string): NodeJS.Timeout {
    return setTimeout(
      () => {
        if (this.#controller.signal.aborted) return;
        this.failure = { code: 'E_TIMEOUT', message: `the builder of ${this.name} ${what}, and was stopped`, hint: `${option} says how long it may` };
        this.#stop();
      },
      Math.min(seconds * 1000, LONGEST_TIMER),
    );
  }
}
