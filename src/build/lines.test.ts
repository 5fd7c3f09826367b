import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutputLines } from './lines.js';

function feed(pieces: readonly Buffer[]): { lines: string[]; phases: string[]; bytes: Buffer; last: readonly string[] } {
  const lines: string[] = [];
  const phases: string[] = [];
  const bytes: Buffer[] = [];
  const output = new OutputLines({
    onLine: (line) => lines.push(line),
    onPhase: (phase) => phases.push(phase),
    onBytes: (piece) => bytes.push(Buffer.from(piece)),
  });
  for (const piece of pieces) output.push(piece);
  output.end();
  return { lines, phases, bytes: Buffer.concat(bytes), last: output.last };
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

describe('a builder’s output', () => {
  test('comes in the same lines and bytes, however it is cut', () => {
    const line = fc.oneof(fc.string(), fc.constant('@nix {"action":"setPhase","phase":"build"}')).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), fc.boolean(), (texts, places, ended) => {
        const whole = Buffer.from(texts.join('\n') + (ended ? '\n' : ''));
        const fed = feed(cut(whole, places));
        expect(fed).toEqual(feed([whole]));
        const plain = texts.filter((text) => !text.startsWith('@nix '));
        expect(fed.phases).toHaveLength(texts.length - plain.length);
      }),
    );
  });

  test('is logged to the byte, but for messages', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x0a, 0x80]);
    expect(feed([bytes, Buffer.from('\n@nix {"action":"stop"}\nend')]).bytes).toEqual(Buffer.concat([bytes, Buffer.from('\nend')]));
  });

  test('may have lines without end, which do not pile up', () => {
    const { lines, bytes } = feed(Array.from({ length: 100 }, () => Buffer.alloc(10_000, 'x')));
    expect(bytes.length).toBe(1_000_000);
    expect(Math.max(...lines.map((line) => line.length))).toBe(64 * 1024);
  });

  test('leaves its last lines', () => {
    expect(feed([Buffer.from(Array.from({ length: 50 }, (_, index) => `${index}\r\n`).join(''))]).last).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index + 30)),
    );
  });

  test('may tell of any number of phases by names of any length: a few hundred are told, and the log says so', () => {
    const message = (phase: string): string => `@nix ${JSON.stringify({ action: 'setPhase', phase })}\n`;
    const fed = feed([Buffer.from(Array.from({ length: 1000 }, (_, index) => message(`${index}${'x'.repeat(5000)}`)).join(''))]);
    expect(fed.phases).toHaveLength(200);
    expect(Math.max(...fed.phases.map((phase) => phase.length))).toBe(100);
    expect(fed.phases[199]).toMatch(/^199x+…$/);
    expect(fed.bytes.toString()).toBe('… phases after the first 200 are not reported …\n');
  });

  test('leaves the beginnings of long last lines', () => {
    expect(feed([Buffer.from('x'.repeat(60_000))]).last).toEqual([`${'x'.repeat(1999)}…`]);
  });

  test.each([
    ['@nix {"action":"setPhase","phase":"unpack"}', ['unpack']],
    ['@nix {"action":"setPhase","phase":7}', []],
    ['@nix {"action":"msg","level":0}', []],
    ['@nix null', []],
    ['@nix {', []],
  ])('is quiet about the message %s, whatever it is', (message, phases) => {
    expect(feed([Buffer.from(`${message}\n`)])).toMatchObject({ lines: [], phases });
  });
});
