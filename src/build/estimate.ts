/**
 * Estimates the duration of a build from earlier durations on this machine, or from those shipped with the chain,
 * scaled by the speeds of the two machines.
 */

/** What a build takes. */
export interface Duration {
  /** By the clock. */
  readonly seconds: number;
  /** Of all its processes; `undefined` where nobody counted. */
  readonly cpuSeconds?: number | undefined;
  /** The most that all its processes had at once; `undefined` where nobody looked. */
  readonly memoryBytes?: number | undefined;
}

/** By derivation name. */
export type Durations = ReadonlyMap<string, Duration>;

export interface Estimates {
  /** Seconds by the clock, or `undefined` if nothing is known. */
  readonly of: (drvName: string) => number | undefined;
  /** Seconds of processor time, or `undefined` if nobody counted them. */
  readonly cpuOf: (drvName: string) => number | undefined;
  /** Seconds to assume when ordering builds, whether known or not. */
  readonly weight: (drvName: string) => number;
}

/** Shorter builds measure the sandbox and not the machine. */
const SHORTEST_COMPARED = 1;

/** Makes estimates from the durations of this machine and the reference machine. */
export function estimates(own: Durations, reference: Durations): Estimates {
  const scale = machineRatio(own, reference);
  const scaled = (measured: number | undefined, shipped: number | undefined): number | undefined =>
    measured ?? (shipped === undefined ? undefined : shipped * scale);
  const of = (drvName: string): number | undefined => scaled(own.get(drvName)?.seconds, reference.get(drvName)?.seconds);
  const cpuOf = (drvName: string): number | undefined => scaled(own.get(drvName)?.cpuSeconds, reference.get(drvName)?.cpuSeconds);
  const usual = median([...own.values(), ...reference.values()].map(({ seconds }) => seconds)) ?? 1;
  return { of, cpuOf, weight: (drvName) => Math.max(of(drvName) ?? usual, 0.001) };
}

/**
 * This machine's time as a multiple of the reference machine's: the median over what both have built; 1 at first. Processor time is
 * compared where both counted it: the clock also counts what else a busy machine does.
 */
export function machineRatio(own: Durations, reference: Durations): number {
  const ratios = [...own].flatMap(([name, here]) => {
    const there = reference.get(name);
    if (there === undefined || Math.min(there.seconds, here.seconds) < SHORTEST_COMPARED) return [];
    if (here.cpuSeconds === undefined || there.cpuSeconds === undefined) return [here.seconds / there.seconds];
    return there.cpuSeconds < SHORTEST_COMPARED ? [] : [here.cpuSeconds / there.cpuSeconds];
  });
  return median(ratios) ?? 1;
}

/** The middle one; between two the mean. `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper] : ((sorted[upper - 1] ?? 0) + (sorted[upper] ?? 0)) / 2;
}
