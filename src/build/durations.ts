/**
 * Durations of builds as they are kept: a JSON object from derivation names to those of the last builds, so that a build that was slow for
 * once, as on a machine that was busy, is not what is expected. A duration is wall-clock seconds, or these, the seconds of processor time and
 * the bytes of memory. A single number is one duration.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from '../store/index.js';
import { median, type Duration, type Durations } from './estimate.js';

/** Where a store keeps the durations of its own builds. */
export function durationsFile(zilchDir: string): string {
  return join(zilchDir, 'durations.json');
}

/** How many of the newest builds of one name are remembered. */
const REMEMBERED = 5;

/** Reads durations, of several the median; what is missing, damaged or cannot be read is empty, as they only order and announce builds. */
export function readDurations(file: string): Durations {
  return new Map(
    [...readAll(file)].map(([name, kept]) => {
      const durations = kept.map((one): Duration =>
        typeof one === 'number' ? { seconds: one } : { seconds: one[0], cpuSeconds: one[1], memoryBytes: one[2] },
      );
      const cpuSeconds = median(durations.flatMap((one) => one.cpuSeconds ?? []));
      const memory = durations.flatMap((one) => one.memoryBytes ?? []);
      return [
        name,
        {
          seconds: rounded(median(durations.map(({ seconds }) => seconds))!),
          ...(cpuSeconds === undefined ? {} : { cpuSeconds: rounded(cpuSeconds) }),
          ...(memory.length === 0 ? {} : { memoryBytes: Math.max(...memory) }),
        },
      ];
    }),
  );
}

type Kept = number | readonly [seconds: number, cpuSeconds: number, memoryBytes?: number];

function readAll(file: string): ReadonlyMap<string, readonly Kept[]> {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries: [string, unknown][] = typeof json === 'object' && json !== null ? Object.entries(json) : [];
    return new Map(
      entries
        .map(([name, value]): [string, readonly unknown[]] => [name, Array.isArray(value) ? value : [value]])
        .filter((entry): entry is [string, readonly Kept[]] => entry[1].length > 0 && entry[1].every(isKept)),
    );
  } catch {
    return new Map();
  }
}

function isKept(value: unknown): value is Kept {
  const isTime = (one: unknown): boolean => typeof one === 'number' && one >= 0;
  return isTime(value) || (Array.isArray(value) && (value.length === 2 || value.length === 3) && value.every(isTime));
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}

/**
 * Adds durations to a file. Records may get lost if two processes write at the same time or the file cannot be written.
 * That costs only an estimate.
 */
export function recordDurations(file: string, durations: Durations): void {
  if (durations.size === 0) return;
  const merged = new Map(readAll(file));
  for (const [name, { seconds, cpuSeconds, memoryBytes }] of durations) {
    const times = [rounded(seconds), rounded(cpuSeconds ?? 0)] as const;
    const kept: Kept = cpuSeconds === undefined ? times[0] : memoryBytes === undefined ? times : [...times, memoryBytes];
    merged.set(name, [...(merged.get(name) ?? []), kept].slice(-REMEMBERED));
  }
  const lines = [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, kept]) => ` ${JSON.stringify(name)}: ${JSON.stringify(kept)}`);
  attempt('record durations in', file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}.new`;
    writeFileSync(fresh, `{\n${lines.join(',\n')}\n}\n`);
    renameSync(fresh, file);
  });
}
