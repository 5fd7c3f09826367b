import { describe, expect, it } from 'vitest';
import { TimedLines } from './timed-lines.js';

const MARKS = [
  { at: 4, seconds: 7 },
  { at: 12, seconds: 3661 },
  { at: 16, seconds: undefined },
];
const LOG = 'one\ntwo\nsix\nten\nend\n';

describe('lines of a log', () => {
  it('have the time before them at which they came, or nothing where nobody knows', () => {
    const timed = new TimedLines(() => MARKS).timed(Buffer.from(LOG), 0).toString();
    expect(timed).toBe('0:00:00  one\n0:00:07  two\n0:00:07  six\n1:01:01  ten\n         end\n');
  });

  it('have it once, however they are cut into pieces', () => {
    const whole = new TimedLines(() => MARKS).timed(Buffer.from(LOG), 0).toString();
    for (let length = 1; length < LOG.length; length++) {
      const lines = new TimedLines(() => MARKS);
      let text = '';
      for (let at = 0; at < LOG.length; at += length) text += lines.timed(Buffer.from(LOG.slice(at, at + length)), at).toString();
      expect(text).toBe(whole);
    }
  });

  it('have the right one where the reader begins in the middle', () => {
    expect(new TimedLines(() => MARKS).timed(Buffer.from('six\n'), 8).toString()).toBe('0:00:07  six\n');
  });
});
