import { appendFileSync, readFileSync } from 'node:fs';

/** One way to do a job that several can do. */
export interface Contender {
  readonly name: string;
  /** Makes what one run needs and uses up; not measured. */
  readonly prepare?: () => void;
  /** May say itself how many milliseconds it took, when only a part of it counts. */
  readonly run: () => unknown;
}

/** What the rounds of a contender took, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly least: number;
  readonly median: number;
  readonly most: number;
  /** The median of the processor time, of the programs that it ran as well; where something else works meanwhile, that is what counts. */
  readonly cpu?: number | undefined;
}

/** A peer, and how much of its time we take: below 1, we are faster. */
export interface Peer extends Measured {
  readonly ratio: number;
  /** Of processor time. */
  readonly cpuRatio?: number | undefined;
}

/** What `compare` found. */
export interface Compared {
  readonly title: string;
  readonly ours: Measured;
  /** Those that are installed. */
  readonly peers: readonly Peer[];
  readonly missing?: readonly string[] | undefined;
}

/** Where `npm run bench` collects what its benchmarks find, a line of JSON each. */
export const RESULTS = 'ZILCH_BENCH_RESULTS';

interface Taken {
  readonly wall: number;
  readonly cpu?: number;
}

/**
 * Runs us and our peers by turns, so that what else the machine does meets all alike, and prints their times and the
 * ratios of their medians. The first round, which fills caches, does not count. A peer that is not installed is left out.
 */
export async function compare(title: string, us: Contender, peers: Contender | readonly Contender[], rounds = 7): Promise<void> {
  const times = new Map<Contender, Taken[]>([us, ...[peers].flat()].map((contender) => [contender, []]));
  const missing: string[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const [contender, all] of times) {
      contender.prepare?.();
      const [start, cpu] = [performance.now(), processorTime()];
      let taken: unknown;
      try {
        taken = await contender.run();
      } catch (error) {
        if (contender === us || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        times.delete(contender);
        missing.push(contender.name);
        console.log(`${title}: the peer is missing: ${(error as Error).message}`);
        continue;
      }
      if (round > 0) all.push(typeof taken === 'number' ? { wall: taken } : { wall: performance.now() - start, cpu: processorTime() - cpu });
    }
  }
  const [ours, ...theirs] = [...times].map(([{ name }, taken]) => summarise(name, taken));
  if (ours === undefined) throw new Error(`${title}: no round was measured`);
  const compared = theirs.map((peer): Peer => {
    const cpuRatio = ours.cpu === undefined || peer.cpu === undefined || peer.cpu === 0 ? undefined : ours.cpu / peer.cpu;
    return { ...peer, ratio: ours.median / peer.median, cpuRatio };
  });
  tell({ title, ours, peers: compared, missing });
}

/** For what no peer does: times that were measured otherwise, in milliseconds. */
export function alone(title: string, name: string, taken: readonly number[]): void {
  tell({
    title,
    ours: summarise(
      name,
      taken.map((wall) => ({ wall })),
    ),
    peers: [],
  });
}

function tell(compared: Compared): void {
  console.log(formatCompared(compared).join('\n'));
  const results = process.env[RESULTS];
  if (results !== undefined) appendFileSync(results, `${JSON.stringify(compared)}\n`);
}

/** For people: its title, a line for each contender, and by how much we are faster. */
export function formatCompared({ title, ours, peers, missing = [] }: Compared): string[] {
  const line = ({ name, least, median, most, cpu }: Measured, ratios: string): string =>
    `  ${name.padEnd(44)} ${[least, median, most].map((time) => time.toFixed(1).padStart(9)).join(' ')} ms ${(cpu === undefined ? '' : `${cpu.toFixed(0)} ms`).padStart(10)}${ratios}`;
  return [
    title,
    line(ours, ''),
    ...peers.map((peer) => line(peer, `  ${peer.ratio.toFixed(2)}${peer.cpuRatio === undefined ? '' : ` (${peer.cpuRatio.toFixed(2)})`}`)),
    ...missing.map((name) => `  ${name.padEnd(44)} is missing`),
  ];
}

/** What the columns of `formatCompared` are. */
export const COLUMNS = `${''.padEnd(47)}     least    median      most    processor  ratio to it (of processor time)`;

function summarise(name: string, taken: readonly { readonly wall: number; readonly cpu?: number }[]): Measured {
  const walls = sorted(taken.map(({ wall }) => wall));
  const cpus = sorted(taken.flatMap(({ cpu }) => cpu ?? []));
  const [least, median, most] = [walls[0], walls[walls.length >> 1], walls.at(-1)];
  if (least === undefined || median === undefined || most === undefined) throw new Error(`${name}: no round was measured`);
  return { name, least, median, most, cpu: cpus[cpus.length >> 1] };
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Of this process and of all that it has waited for, in milliseconds, to ten: proc(5). */
function processorTime(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
