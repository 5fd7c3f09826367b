import type { Patience } from './patience.js';

/**
 * Measures how fast data comes while a reader waits for it. Time in which the reader does not wait does not count: a
 * reader may be slow, its server may not.
 */
export class RateWatch {
  private left: number;
  private bytes = 0;
  private since = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param tooSlow called once, with the reason, if a whole window had too few bytes */
  constructor(
    private readonly patience: Pick<Patience, 'leastRate' | 'stall'>,
    private readonly tooSlow: (why: string) => void,
  ) {
    this.left = patience.stall;
  }

  /** Starts waiting. */
  wait(): void {
    this.since = performance.now();
    this.timer = setTimeout(() => {
      this.windowEnds();
      this.wait();
    }, this.left);
  }

  /** Stops waiting: this many bytes came, or no more will. */
  came(bytes: number): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.bytes += bytes;
    this.left -= performance.now() - this.since;
    if (this.left <= 0) this.windowEnds();
  }

  private windowEnds(): void {
    const { leastRate, stall } = this.patience;
    if (this.bytes === 0) this.tooSlow(`nothing came for ${stall / 1000} s`);
    else if (this.bytes < (leastRate * stall) / 1000) this.tooSlow(`it comes at less than ${leastRate} bytes a second`);
    this.bytes = 0;
    this.left = stall;
  }
}
