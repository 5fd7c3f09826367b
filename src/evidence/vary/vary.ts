/** Builds again with things changed that must not matter, and finds which of them did. */
import { setTimeout as sleep } from 'node:timers/promises';
import { buildGraph, BuildRecorder, SandboxExecutor, type Comparison, type Emit, type Executor, type OutputDifference } from '../../build/index.js';
import type { Derivation, DrvPath } from '../../formats/index.js';
import { fail, ok, type Failure, type Result } from '../../result.js';
import { hashTree, type Store } from '../../store/index.js';
import { mergeChanges, nameOf, type Chosen, type PlannedRun } from './plan.js';
import { HELD_STILL, type Change } from './variations.js';

export interface VaryRequest {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  /** What is built again: realised, each independent of what the others give this time. */
  readonly wanted: readonly DrvPath[];
  readonly runs: readonly PlannedRun[];
  /** runtime/tracer.c, compiled; without it, the runs need none. */
  readonly tracer?: string | undefined;
  readonly jobs: number;
  readonly cores: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Zilch's own. */
  readonly version: string;
  /** Says where two outputs differ, while both are there. */
  readonly describe: (difference: OutputDifference) => Promise<readonly string[]>;
  /** Told of each run of the plan when it is over. */
  readonly onRun: (run: RunOutcome) => void;
  /** A run by another builder, last. */
  readonly other?: { readonly name: string; readonly executor: Executor; readonly recorder: BuildRecorder } | undefined;
}

export type Verdict = 'same' | 'different' | 'failed';

export interface RunOutcome {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** `time: 2039`; none when nothing was changed. */
  readonly changed: readonly string[];
  readonly seconds: number;
  /** Of what has not shown a leak before. */
  readonly verdicts: ReadonlyMap<DrvPath, Verdict>;
}

/** Something that did matter. */
export interface Finding {
  readonly drvPath: DrvPath;
  readonly name: string;
  /** What had to be changed for it to show; none when nothing had to be. */
  readonly shownBy: readonly string[];
  /** The end of "it likely …". */
  readonly cause: string;
  readonly outputName: string;
  /** Below the output; empty for the output itself. */
  readonly file: string;
  readonly what: string;
  /** Sections, functions, lines. */
  readonly details: readonly string[];
}

export interface Varied {
  readonly runs: readonly RunOutcome[];
  readonly findings: readonly Finding[];
  /** Builds that did not come to an end with something changed: by what was changed. */
  readonly failures: readonly { readonly drvPath: DrvPath; readonly changed: readonly string[]; readonly failure: Failure }[];
}

const OTHER_BUILDER = 'sees something that the two builders do not have alike';

/** Two builds of the same second may agree about the time. */
const APART_MS = 1100;

/**
 * Runs the plan. A derivation in which a leak was found takes no further part: mend it, and vary again. Fails when builds cannot be run at
 * all.
 */
export async function vary(request: VaryRequest): Promise<Result<Varied>> {
  return new Varying(request).all();
}

interface Ran {
  readonly comparisons: ReadonlyMap<DrvPath, Comparison>;
  readonly failures: ReadonlyMap<DrvPath, Failure>;
  readonly seconds: number;
}

class Varying {
  private readonly runs: RunOutcome[] = [];
  private readonly findings: Finding[] = [];
  private readonly failures: Varied['failures'][number][] = [];
  private open: readonly DrvPath[];

  constructor(private readonly request: VaryRequest) {
    this.open = request.wanted;
  }

  async all(): Promise<Result<Varied>> {
    const { runs, other, signal } = this.request;
    const of = runs.length + (other === undefined ? 0 : 1);
    for (const [index, run] of runs.entries()) {
      if (this.open.length === 0 || signal.aborted) break;
      const ran = await this.run(run, this.open);
      if (!ran.ok) return ran;
      const told = await this.conclude(ran.value, run, { number: index + 1, of, changed: run.map(nameOf) });
      if (!told.ok) return told;
    }
    if (other !== undefined && this.open.length > 0 && !signal.aborted) {
      const ran = await this.build(this.open, other.executor, other.recorder);
      if (!ran.ok) return ran;
      const changed = [`builder: ${other.name}`];
      const told = await this.conclude(ran.value, undefined, { number: of, of, changed });
      if (!told.ok) return told;
    }
    if (signal.aborted) return fail('E_CANCELLED', 'stopped before every run was made');
    return ok({ runs: this.runs, findings: this.findings, failures: this.failures });
  }

  private async conclude(ran: Ran, run: PlannedRun | undefined, told: Pick<RunOutcome, 'number' | 'of' | 'changed'>): Promise<Result<void>> {
    const verdicts = new Map(this.open.map((drvPath) => [drvPath, verdictOf(ran, drvPath)]));
    const outcome = { ...told, seconds: ran.seconds, verdicts };
    this.runs.push(outcome);
    this.request.onRun(outcome);
    for (const [drvPath, failure] of ran.failures) this.failures.push({ drvPath, changed: told.changed, failure });
    // Looked at now: the next difference is kept in place of this one.
    const shown = [...ran.comparisons].flatMap(([drvPath, comparison]) => (comparison.kind === 'different' ? [{ drvPath, comparison }] : []));
    const where = new Map<DrvPath, Where>();
    for (const { drvPath, comparison } of shown) where.set(drvPath, await this.where(comparison.differences[0]!));
    for (const { drvPath } of shown) {
      const found: Result<Cause> = run === undefined ? ok({ shownBy: told.changed, cause: OTHER_BUILDER }) : await this.causeOf(drvPath, run);
      if (!found.ok) return found;
      const again = found.value.where ?? where.get(drvPath)!;
      this.findings.push({
        drvPath,
        name: this.request.closure.get(drvPath)!.name,
        ...again,
        shownBy: found.value.shownBy,
        cause: found.value.cause,
      });
    }
    const done = new Set(shown.map(({ drvPath }) => drvPath));
    this.open = this.open.filter((drvPath) => !done.has(drvPath));
    return ok(undefined);
  }

  private async where(difference: OutputDifference): Promise<Where> {
    const { outputName, first } = difference;
    return { outputName, file: first.file, what: first.what, details: await this.request.describe(difference) };
  }

  private async causeOf(drvPath: DrvPath, run: PlannedRun): Promise<Result<Cause>> {
    return run.length === 0 ? this.settle(drvPath) : this.isolate(drvPath, run);
  }

  /** Which of a run's changes it takes: halves it as long as one half is enough. */
  private async isolate(drvPath: DrvPath, run: PlannedRun): Promise<Result<Cause>> {
    let left = run;
    let where: Where | undefined;
    while (left.length > 1) {
      const middle = Math.ceil(left.length / 2);
      let smaller: PlannedRun | undefined;
      for (const half of [left.slice(0, middle), left.slice(middle)]) {
        const ran = await this.run(half, [drvPath], false);
        if (!ran.ok) return ran;
        const comparison = ran.value.comparisons.get(drvPath);
        if (comparison?.kind !== 'different') continue;
        where = await this.where(comparison.differences[0]!);
        smaller = half;
        break;
      }
      if (smaller === undefined) break;
      left = smaller;
    }
    const causes = left.map(({ variation }) => variation.cause);
    const cause = left.length === 1 ? causes[0]! : `needs several of these to show it, if it does not come and go by itself: ${causes.join('; ')}`;
    return ok({ shownBy: left.map(nameOf), cause, where });
  }

  /** For what differs with nothing changed: holds one thing after the other still, and sees whether two builds then agree. */
  private async settle(drvPath: DrvPath): Promise<Result<Cause>> {
    for (const { cause, change } of HELD_STILL) {
      if (change.tracer !== undefined && this.request.tracer === undefined) continue;
      const seen: string[] = [];
      for (let round = 0; round < 2; round++) {
        if (round > 0) await sleep(APART_MS);
        const ran = await this.build([drvPath], this.executorOf([change]), undefined, change.buildMemory);
        if (!ran.ok) return ran;
        seen.push(await identityOf(ran.value, drvPath));
      }
      if (seen[0] === seen[1] && seen[0] !== 'failed') return ok({ shownBy: [], cause });
    }
    const rest = 'a race between its processes, counters or random numbers of the processor, or memory that it has not written';
    return ok({
      shownBy: [],
      cause: `does not do the same twice, with clock, random numbers, file system and processors held still one by one: perhaps ${rest}`,
    });
  }

  private async run(run: PlannedRun, drvPaths: readonly DrvPath[], isRecorded = true): Promise<Result<Ran>> {
    const { store, version, cores } = this.request;
    const { processors } = mergeChanges(run.map(({ setting }) => setting.change)).sandbox;
    const how = { builder: 'sandbox', builderVersion: version, ...(processors === undefined ? {} : { cores: Math.min(cores, processors) }) } as const;
    const recorder = isRecorded ? new BuildRecorder(store, run.length === 0 ? how : { ...how, varied: run.map(nameOf).sort() }) : undefined;
    const changes = run.map(({ setting }: Chosen) => setting.change);
    return this.build(drvPaths, this.executorOf(changes), recorder, mergeChanges(changes).buildMemory);
  }

  private executorOf(changes: readonly Change[]): Executor {
    const { store, jobs, tracer: program } = this.request;
    const { sandbox, tracer } = mergeChanges(changes);
    if (tracer.length === 0) return new SandboxExecutor(store, jobs, sandbox);
    if (program === undefined) throw new Error('Internal error: a plan for a tracer that there is not');
    return new SandboxExecutor(store, jobs, { ...sandbox, tracer: { program, options: tracer } });
  }

  private async build(drvPaths: readonly DrvPath[], executor: Executor, recorder?: BuildRecorder, buildMemory?: number): Promise<Result<Ran>> {
    const { store, closure, jobs, cores, signal, emit } = this.request;
    const started = performance.now();
    const built = await buildGraph({
      ...{ store, closure, executor },
      wanted: drvPaths.map((drvPath) => ({ drvPath, outputs: [...closure.get(drvPath)!.outputs.keys()] })),
      options: { jobs, cores, signal, rebuild: true, ...(buildMemory === undefined ? {} : { buildMemory }) },
      emit: (event) => {
        recorder?.emit(event);
        emit(event);
      },
    });
    if (!built.ok) return built;
    const { comparisons, failures } = built.value;
    return ok({ comparisons, failures, seconds: (performance.now() - started) / 1000 });
  }
}

type Where = Pick<Finding, 'outputName' | 'file' | 'what' | 'details'>;

interface Cause {
  readonly shownBy: readonly string[];
  readonly cause: string;
  /** What the smallest change showed. */
  readonly where?: Where | undefined;
}

function verdictOf({ comparisons, failures }: Ran, drvPath: DrvPath): Verdict {
  return failures.has(drvPath) ? 'failed' : (comparisons.get(drvPath)?.kind ?? 'failed');
}

/** What a build came to, so that two can be compared. */
async function identityOf({ comparisons }: Ran, drvPath: DrvPath): Promise<string> {
  const comparison = comparisons.get(drvPath);
  if (comparison === undefined) return 'failed';
  if (comparison.kind === 'same') return 'same';
  const hashes = [];
  for (const { outputName, kept } of comparison.differences) {
    const hashed = await hashTree(kept);
    if (!hashed.ok) return 'failed';
    hashes.push(`${outputName} ${hashed.value.narHash}`);
  }
  return hashes.join(' ');
}
