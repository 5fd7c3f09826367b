/** The file of build durations: a JSON object from derivation names to wall-clock seconds. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from '../store/index.js';
import type { Durations } from './estimate.js';

/** Where a store keeps the durations of its own builds. */
export function durationsFile(zilchDir: string): string {
  return join(zilchDir, 'durations.json');
}

/**
 * Reads durations; a missing, damaged or unreadable file is empty, because durations only order and announce builds.
 */
export function readDurations(file: string): Durations {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = typeof json === 'object' && json !== null ? Object.entries(json) : [];
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 0));
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
  const merged = new Map([...readDurations(file), ...durations]);
  const sorted = Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, seconds]) => [name, Number(seconds.toFixed(3))]));
  attempt('record durations in', file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify(sorted, undefined, 1)}\n`);
    renameSync(fresh, file);
  });
}
