/**
 * Durations of builds as they are kept: a JSON object from derivation names to wall-clock seconds, or to those of the last builds: a build
 * that was slow for once, as on a machine that was busy, is then not what is expected.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from '../store/index.js';
import { median, type Durations } from './estimate.js';

/** Where a store keeps the durations of its own builds. */
export function durationsFile(zilchDir: string): string {
  return join(zilchDir, 'durations.json');
}

/** How many of the newest builds of one name are remembered. */
const REMEMBERED = 5;

/** Reads durations, of several the median; what is missing, damaged or cannot be read is empty, as they only order and announce builds. */
export function readDurations(file: string): Durations {
  return new Map([...readAll(file)].map(([name, seconds]) => [name, Number(median(seconds)!.toFixed(3))]));
}

function readAll(file: string): ReadonlyMap<string, readonly number[]> {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries: [string, unknown][] = typeof json === 'object' && json !== null ? Object.entries(json) : [];
    return new Map(
      entries
        .map(([name, value]): [string, readonly unknown[]] => [name, Array.isArray(value) ? value : [value]])
        .filter((entry): entry is [string, readonly number[]] => entry[1].length > 0 && entry[1].every((one) => typeof one === 'number' && one >= 0)),
    );
  } catch {
    return new Map();
  }
}

/**
 * Adds durations to a file. Records may get lost if two processes write at the same time or the file cannot be written.
 * That costs only an estimate.
 */
export function recordDurations(file: string, durations: Durations): void {
  if (durations.size === 0) return;
  const merged = new Map(readAll(file));
  for (const [name, seconds] of durations) merged.set(name, [...(merged.get(name) ?? []), Number(seconds.toFixed(3))].slice(-REMEMBERED));
  const lines = [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, seconds]) => ` ${JSON.stringify(name)}: ${JSON.stringify(seconds)}`);
  attempt('record durations in', file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, `{\n${lines.join(',\n')}\n}\n`);
    renameSync(fresh, file);
  });
}
