/** One way to do a job that several can do. */
export interface Contender {
  readonly name: string;
  /** Makes what one run needs and uses up; not measured. */
  readonly prepare?: () => void;
  readonly run: () => Promise<void> | void;
}

/** What the rounds of a benchmark took, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly best: number;
}

/**
 * Runs us and a peer by turns, so that what else the machine does meets both alike, and prints their times and the
 * ratio of their medians: below 1, we are faster. The first round, which fills caches, does not count.
 */
export async function compare(title: string, us: Contender, peer: Contender, rounds = 7): Promise<number> {
  const times = new Map<Contender, number[]>([
    [us, []],
    [peer, []],
  ]);
  for (let round = 0; round <= rounds; round++) {
    for (const [contender, taken] of times) {
      contender.prepare?.();
      const start = performance.now();
      await contender.run();
      if (round > 0) taken.push(performance.now() - start);
    }
  }
  const [ours, theirs] = [...times].map(([{ name }, taken]) => summarise(name, taken)) as [Measured, Measured];
  const ratio = ours.median / theirs.median;
  console.log(title);
  for (const { name, median, best } of [ours, theirs]) console.log(`  ${name.padEnd(44)} median ${median.toFixed(1)} ms, best ${best.toFixed(1)} ms`);
  console.log(`  ratio ${ratio.toFixed(2)} (${ratio <= 1 ? 'no slower' : 'SLOWER'} than the peer)\n`);
  return ratio;
}

function summarise(name: string, taken: readonly number[]): Measured {
  const sorted = [...taken].sort((a, b) => a - b);
  return { name, median: sorted[sorted.length >> 1] ?? NaN, best: sorted[0] ?? NaN };
}
