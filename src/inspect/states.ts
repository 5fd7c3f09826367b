/** What became of a chain's targets: what the store has of them, and what the last runs tell. */
import { join } from 'node:path';
import { isAlive, JournalReader, journalsDirectory, listJournals } from '../build/index.js';
import type { TargetFacts } from '../chain/index.js';
import type { DrvPath } from '../formats/index.js';
import { RunFolder, targetState, testState, type Run, type RunBuild, type TargetState, type TestState } from '../report/index.js';
import type { PathFacts } from '../store/index.js';
import { comparePin, pinKey, type Pins } from '../verify/index.js';
import { BuiltOutputs, type AnySession } from '../workspace/index.js';

/** How many runs are read. */
const RUNS = 30;

/** The last runs of a store, the newest first. */
export function lastRuns(zilchDir: string): Run[] {
  const directory = journalsDirectory(zilchDir);
  return listJournals(directory)
    .slice(0, RUNS)
    .flatMap((id) => {
      const folder = new RunFolder(id);
      let alive = false;
      for (const line of new JournalReader(join(directory, `${id}.jsonl`)).read()) {
        if (line.type === 'run') alive = isAlive(line);
        folder.add(line);
      }
      return folder.run(alive) ?? [];
    });
}

/** The last build of each derivation. A build that was planned and did not start does not count. */
export function lastBuilds(runs: readonly Run[]): ReadonlyMap<DrvPath, RunBuild> {
  const last = new Map<DrvPath, RunBuild>();
  for (const { builds } of runs)
    for (const build of builds) if (build.status !== 'queued' && !last.has(build.drvPath)) last.set(build.drvPath, build);
  return last;
}

/** The states of a chain's targets. */
export class TargetStates {
  readonly #built: BuiltOutputs;
  readonly #last: ReadonlyMap<DrvPath, RunBuild>;

  constructor(
    private readonly subject: AnySession,
    private readonly pins: Pins,
  ) {
    this.#built = new BuiltOutputs(subject);
    this.#last = lastBuilds(lastRuns(subject.store.layout.zilchDir));
  }

  outputsOf(drvPath: DrvPath): ReadonlyMap<string, PathFacts> {
    return this.#built.of(drvPath);
  }

  test({ test }: Pick<TargetFacts, 'test'>): TestState | undefined {
    if (test === undefined) return undefined;
    return testState(this.#built.of(test.drvPath).size > 0, this.#last.get(test.drvPath));
  }

  of(target: TargetFacts): TargetState {
    const { store } = this.subject;
    const outputs = target.recipe.outputNames.map((outputName) => {
      const key = pinKey(target.name, outputName);
      const info = this.#built.find(target.build.drvPath, outputName);
      if (info !== undefined) return { built: { here: info.ultimate, pinned: comparePin(this.pins, key, info) } };
      const pin = this.pins.get(key);
      return { pin: pin === undefined ? undefined : store.isValid(pin.path) ? ('present' as const) : ('absent' as const) };
    });
    return targetState({ outputs, lastBuild: this.#last.get(target.build.drvPath), test: this.test(target) });
  }
}
