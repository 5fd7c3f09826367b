/** Lines of a log with the time before each at which it came. */
import type { TimeMark } from '../build/index.js';

export class TimedLines {
  /** The offset at which a line goes on whose beginning is written. */
  private openAt: number | undefined;

  /** `marks` gives what is known by now: a log grows, and so do its times. */
  constructor(private readonly marks: () => readonly TimeMark[]) {}

  /** Some bytes of the log, from an offset on, with times before lines. */
  timed(bytes: Uint8Array, at: number): Buffer {
    const marks = this.marks();
    const parts: Uint8Array[] = [];
    let mark = -1;
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
      if (at + start !== this.openAt) {
        while (mark + 1 < marks.length && marks[mark + 1]!.at <= at + start) mark++;
        parts.push(Buffer.from(`${time(mark < 0 ? 0 : marks[mark]!.seconds)}  `));
      }
      parts.push(bytes.subarray(start, end));
      this.openAt = bytes[end - 1] === 0x0a ? undefined : at + end;
      start = end;
    }
    return Buffer.concat(parts);
  }
}

/** As clocks have it, always as wide. */
function time(seconds: number | undefined): string {
  if (seconds === undefined) return '       ';
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
