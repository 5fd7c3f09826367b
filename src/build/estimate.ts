/**
 * Estimates the duration of a build from earlier durations on this machine, or from those shipped with the chain,
 * scaled by the speeds of the two machines.
 */

/** Wall-clock seconds by derivation name. */
export type Durations = ReadonlyMap<string, number>;

export interface Estimates {
  /** Seconds, or `undefined` if nothing is known. */
  readonly of: (drvName: string) => number | undefined;
  /** Seconds to assume when ordering builds, whether known or not. */
  readonly weight: (drvName: string) => number;
}

/** Shorter builds measure the sandbox and not the machine. */
const SHORTEST_COMPARED = 1;

/** Makes estimates from the durations of this machine and the reference machine. */
export function estimates(own: Durations, reference: Durations): Estimates {
  const scale = machineRatio(own, reference);
  const of = (drvName: string): number | undefined => {
    const measured = own.get(drvName);
    if (measured !== undefined) return measured;
    const shipped = reference.get(drvName);
    return shipped === undefined ? undefined : shipped * scale;
  };
  const usual = median([...own.values(), ...reference.values()]) ?? 1;
  return { of, weight: (drvName) => Math.max(of(drvName) ?? usual, 0.001) };
}

/** This machine's time as a multiple of the reference machine's: the median over what both have built; 1 at first. */
export function machineRatio(own: Durations, reference: Durations): number {
  const ratios = [...own].flatMap(([name, seconds]) => {
    const shipped = reference.get(name);
    return shipped === undefined || Math.min(shipped, seconds) < SHORTEST_COMPARED ? [] : [seconds / shipped];
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
