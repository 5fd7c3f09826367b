import { appendFileSync } from 'node:fs';

/** One way to do a job that several can do. */
export interface Contender {
  readonly name: string;
  /** Makes what one run needs and uses up; not measured. */
  readonly prepare?: () => void;
  /** May say itself how many milliseconds it took, when only a part of it counts. */
  readonly run: () => Promise<number | void> | number | void;
}

/** What the rounds of a contender took, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** What `compare` found. */
export interface Compared {
  readonly title: string;
  readonly ours: Measured;
  /** Missing where the peer is not installed. */
  readonly theirs?: Measured | undefined;
  /** Of the medians: below 1, we are faster. */
  readonly ratio?: number | undefined;
}

/** Where `npm run bench` collects what its benchmarks find, a line of JSON each. */
export const RESULTS = 'ZILCH_BENCH_RESULTS';

/**
 * Runs us and a peer by turns, so that what else the machine does meets both alike, and prints their times and the
 * ratio of their medians. The first round, which fills caches, does not count. A peer that is not installed is left out.
 */
export async function compare(title: string, us: Contender, peer: Contender, rounds = 7): Promise<void> {
  const times = new Map<Contender, number[]>([
    [us, []],
    [peer, []],
  ]);
  for (let round = 0; round <= rounds; round++) {
    for (const [contender, all] of times) {
      contender.prepare?.();
      const start = performance.now();
      let taken: number | void;
      try {
        taken = await contender.run();
      } catch (error) {
        if (contender === us || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        times.delete(peer);
        console.log(`${title}: the peer is missing: ${(error as Error).message}`);
        continue;
      }
      if (round > 0) all.push(taken ?? performance.now() - start);
    }
  }
  const [ours, theirs] = [us, peer].map((contender) => summarise(contender.name, times.get(contender)));
  if (ours === undefined) throw new Error(`${title}: no round was measured`);
  tell({ title, ours, theirs, ratio: theirs === undefined ? undefined : ours.median / theirs.median });
}

/** For what no peer does: times that were measured otherwise, in milliseconds. */
export function alone(title: string, name: string, taken: readonly number[]): void {
  const ours = summarise(name, taken);
  if (ours !== undefined) tell({ title, ours });
}

function tell(compared: Compared): void {
  console.log(formatCompared(compared).join('\n'));
  const results = process.env[RESULTS];
  if (results !== undefined) appendFileSync(results, `${JSON.stringify(compared)}\n`);
}

/** For people: its title, a line for each contender, and which is faster. */
export function formatCompared({ title, ours, theirs, ratio }: Compared): string[] {
  const line = ({ name, least, median, most }: Measured): string =>
    `  ${name.padEnd(44)} ${[least, median, most].map((time) => time.toFixed(1).padStart(9)).join(' ')} ms`;
  return [
    title,
    line(ours),
    ...(theirs === undefined ? [] : [line(theirs)]),
    ...(ratio === undefined ? [] : [`  ratio ${ratio.toFixed(2)} (${ratio <= 1 ? 'no slower' : 'SLOWER'} than the peer)`]),
  ];
}

function summarise(name: string, taken: readonly number[] = []): Measured | undefined {
  const sorted = [...taken].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return least === undefined || median === undefined || most === undefined ? undefined : { name, least, median, most };
}
