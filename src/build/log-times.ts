/**
 * When the lines of a log came, in a file beside it, because the log itself is what the builder wrote and nothing else: `OFFSET SECONDS` a line,
 * from this byte on so many seconds after the build began. No more than a line for each second. `OFFSET ?`: from here on nobody knows.
 */
import { readFileSync } from 'node:fs';

export interface TimeMark {
  /** The offset of a line's first byte. */
  readonly at: number;
  readonly seconds: number | undefined;
}

/** Where the times of a log are. */
export function logTimesPath(logFile: string): string {
  return `${logFile}.times`;
}

/** Notes when lines come. */
export class TimeMarks {
  private readonly started: number;
  private last = 0;

  constructor(private readonly now: () => number) {
    this.started = now();
  }

  /** What to write down when a line begins at an offset; nothing in the same second. */
  markAt(offset: number): string {
    const seconds = Math.floor((this.now() - this.started) / 1000);
    if (seconds <= this.last) return '';
    this.last = seconds;
    return `${offset} ${seconds}\n`;
  }
}

/** From an offset on, lines were left out, and others came at times that nobody knows. */
export function unknownFrom(offset: number): string {
  return `${offset} ?\n`;
}

/** The times of a log, by their offsets; none where they were not written down. */
export function readLogTimes(logFile: string): readonly TimeMark[] {
  let text: string;
  try {
    text = readFileSync(logTimesPath(logFile), 'latin1');
  } catch {
    return [];
  }
  return [...text.matchAll(/^(\d+) (\d+|\?)\n/gm)].map(([, at, seconds]) => ({
    at: Number(at),
    seconds: seconds === '?' ? undefined : Number(seconds),
  }));
}
