/** Builds again with things changed that must not matter, and finds which of them do. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildGraph,
  BuildRecorder,
  SandboxExecutor,
  type BuildFailedEvent,
  type BuildRecord,
  type Comparison,
  type Emit,
  type Executor,
  type OutputDifference,
} from '../../build/index.js';
import type { Derivation, DrvPath } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { hashTree, type Store } from '../../store/index.js';
import { keepLog } from './kept-logs.js';
import type { Breakage, Finding, RunOutcome, Varied, Verdict } from './outcomes.js';
import { mergeChanges, nameOf, type PlannedRun } from './plan.js';
import { shrink } from './shrink.js';
import { HELD_STILL, type Change } from './variations.js';

export interface VaryRequest {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  /** What is built again: realised derivations, each independent of what the others give this time. */
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
  /** Called after each run of the plan. */
  readonly onRun: (run: RunOutcome) => void;
  /** Earlier builds of a derivation. A run that one of them was like is left out, except the one with nothing changed. */
  readonly records?: ((drvPath: DrvPath) => readonly BuildRecord[]) | undefined;
  /** A run by another builder, last. */
  readonly other?: { readonly name: string; readonly executor: Executor; readonly recorder: BuildRecorder } | undefined;
}

const OTHER_BUILDER = 'depends on something that is different in the two builders';

/** Two builds in the same second may agree about the time. */
const APART_MS = 1100;

/**
 * Runs the plan. A derivation that shows a leak takes no further part: mend it, and vary again. A derivation whose build fails with a
 * setting goes on without this setting. Fails if builds cannot be run at all.
 */
export async function vary(request: VaryRequest): Promise<Result<Varied>> {
  return new Varying(request).all();
}

interface Ran {
  readonly comparisons: ReadonlyMap<DrvPath, Comparison>;
  readonly failures: ReadonlyMap<DrvPath, BuildFailedEvent>;
}

class Varying {
  private readonly runs: RunOutcome[] = [];
  private readonly findings: Finding[] = [];
  private readonly failures: Breakage[] = [];
  private open: readonly DrvPath[];
  /** By derivation: combinations of settings that its build fails with. */
  private readonly broken = new Map<DrvPath, (readonly string[])[]>();
  /** What was run and gave the same. */
  private readonly done = new Set<string>();

  constructor(private readonly request: VaryRequest) {
    this.open = request.wanted;
  }

  async all(): Promise<Result<Varied>> {
    const { runs, other, signal } = this.request;
    const of = runs.length + (other === undefined ? 0 : 1);
    for (const [index, run] of runs.entries()) {
      if (this.open.length === 0 || signal.aborted) break;
      const made = await this.make(run, { number: index + 1, of, changed: run.map(nameOf) });
      if (!made.ok) return made;
    }
    if (other !== undefined && this.open.length > 0 && !signal.aborted) {
      const made = await this.makeByOther(other, of);
      if (!made.ok) return made;
    }
    if (signal.aborted) return fail('E_CANCELLED', 'stopped before every run was made');
    return ok({ runs: this.runs, findings: this.findings, failures: this.failures });
  }

  /** One run of the plan. A derivation whose build fails comes again, without what it fails with. */
  private async make(run: PlannedRun, planned: Pick<RunOutcome, 'number' | 'of' | 'changed'>): Promise<Result<void>> {
    const started = performance.now();
    const verdicts = new Map<DrvPath, Verdict>();
    const leftOut = new Map<DrvPath, readonly string[]>();
    for (let waiting = this.open; waiting.length > 0 && !this.request.signal.aborted;) {
      const again: DrvPath[] = [];
      for (const [part, drvPaths] of this.partsOf(run, waiting)) {
        const fresh: DrvPath[] = [];
        for (const drvPath of drvPaths) {
          if (part.length < run.length) leftOut.set(drvPath, namesOf(run.filter((one) => !part.includes(one))));
          const known = this.knownVerdict(part, drvPath);
          if (known === undefined) fresh.push(drvPath);
          else verdicts.set(drvPath, known);
        }
        if (fresh.length === 0) continue;
        const ran = await this.run(part, fresh);
        if (!ran.ok) return ran;
        for (const drvPath of fresh) verdicts.set(drvPath, verdictOf(ran.value, drvPath));
        const concluded = await this.conclude(ran.value, part);
        if (!concluded.ok) return concluded;
        again.push(...concluded.value);
      }
      waiting = again;
    }
    if (!this.request.signal.aborted) this.report({ ...planned, seconds: secondsSince(started), verdicts, leftOut });
    return ok(undefined);
  }

  private async makeByOther({ name, executor, recorder }: NonNullable<VaryRequest['other']>, of: number): Promise<Result<void>> {
    const started = performance.now();
    const changed = [`builder: ${name}`];
    const ran = await this.build(this.open, executor, recorder);
    if (!ran.ok) return ran;
    const { comparisons, failures } = ran.value;
    const verdicts = new Map(this.open.map((drvPath) => [drvPath, verdictOf(ran.value, drvPath)]));
    for (const [drvPath, failed] of failures) this.addBreakage(drvPath, changed, failed, this.keep(failed, changed));
    for (const [drvPath, comparison] of comparisons)
      if (comparison.kind === 'different')
        this.addFinding(drvPath, { shownBy: changed, cause: OTHER_BUILDER, where: await this.where(comparison.differences[0]!) });
    this.report({ number: of, of, changed, seconds: secondsSince(started), verdicts, leftOut: new Map() });
    return ok(undefined);
  }

  private report(outcome: RunOutcome): void {
    this.runs.push(outcome);
    this.request.onRun(outcome);
  }

  /** What each derivation can be built with of a run, and the derivations that have the same part. */
  private partsOf(run: PlannedRun, drvPaths: readonly DrvPath[]): Iterable<readonly [PlannedRun, readonly DrvPath[]]> {
    const parts = new Map<string, [PlannedRun, DrvPath[]]>();
    for (const drvPath of drvPaths) {
      let part = run;
      for (const combination of this.broken.get(drvPath) ?? []) {
        const names = namesOf(part);
        // Without any one of them it is another combination.
        if (combination.every((name) => names.includes(name))) part = part.filter((one) => nameOf(one) !== combination.at(-1));
      }
      const key = namesOf(part).join('\n');
      const known = parts.get(key);
      if (known === undefined) parts.set(key, [part, [drvPath]]);
      else known[1].push(drvPath);
    }
    return parts.values();
  }

  private knownVerdict(run: PlannedRun, drvPath: DrvPath): Verdict | undefined {
    if (this.done.has(keyOf(run, drvPath))) return 'same';
    // The record of a build with nothing changed may be that of the very first build, which was compared with nothing.
    if (run.length === 0) return undefined;
    const how = JSON.stringify(this.recorderOf(run).how);
    return this.request.records?.(drvPath).some((record) => JSON.stringify(record.how) === how) === true ? 'recorded' : undefined;
  }

  /** Finds the causes of what a run showed. Returns the derivations to run again without what their builds fail with. */
  private async conclude(ran: Ran, run: PlannedRun): Promise<Result<readonly DrvPath[]>> {
    const different = [...ran.comparisons].flatMap(([drvPath, comparison]) => {
      if (comparison.kind === 'different') return [{ drvPath, difference: comparison.differences[0]! }];
      this.done.add(keyOf(run, drvPath));
      return [];
    });
    // Described now, because the next different output is kept in the place of this one.
    const where = new Map<DrvPath, Where>();
    for (const { drvPath, difference } of different) where.set(drvPath, await this.where(difference));
    for (const { drvPath } of different) {
      const found = run.length === 0 ? await this.settle(drvPath) : await this.isolate(drvPath, run);
      if (!found.ok) return found;
      this.addFinding(drvPath, { ...found.value, where: found.value.where ?? where.get(drvPath)! });
    }
    const again: DrvPath[] = [];
    for (const [drvPath, failed] of ran.failures) {
      if (this.request.signal.aborted) break;
      const changed = await this.breakage(drvPath, run, failed);
      if (!changed.ok) return changed;
      if (changed.value.length === 0) continue;
      this.broken.set(drvPath, [...(this.broken.get(drvPath) ?? []), changed.value]);
      again.push(drvPath);
    }
    return ok(again);
  }

  private addFinding(drvPath: DrvPath, { shownBy, cause, where }: Cause & { readonly where: Where }): void {
    this.findings.push({ drvPath, name: this.nameOf(drvPath), ...where, shownBy, cause });
    this.open = this.open.filter((one) => one !== drvPath);
  }

  /** A derivation that fails with nothing changed, or by another builder, takes no further part. */
  private addBreakage(drvPath: DrvPath, changed: readonly string[], { failure, lastLines }: BuildFailedEvent, logPath: string | undefined): void {
    this.failures.push({ drvPath, name: this.nameOf(drvPath), changed, failure, lastLines, logPath });
  }

  private nameOf(drvPath: DrvPath): string {
    return this.request.closure.get(drvPath)!.name;
  }

  private async where(difference: OutputDifference): Promise<Where> {
    const { outputName, first } = difference;
    return { outputName, file: first.file, what: first.what, details: await this.request.describe(difference) };
  }

  /** The changes of a run that a difference takes. */
  private async isolate(drvPath: DrvPath, run: PlannedRun): Promise<Result<Cause>> {
    const found = await shrink(run, async (part): Promise<Result<Where | undefined>> => {
      const ran = await this.run(part, [drvPath], false);
      if (!ran.ok) return ran;
      const comparison = ran.value.comparisons.get(drvPath);
      return ok(comparison?.kind === 'different' ? await this.where(comparison.differences[0]!) : undefined);
    });
    if (!found.ok) return found;
    const { part, shown } = found.value;
    const causes = part.map(({ variation }) => variation.cause);
    const cause = part.length === 1 ? causes[0]! : `needs several of these to show it, if it does not come and go by itself: ${causes.join('; ')}`;
    return ok({ shownBy: namesOf(part), cause, where: shown });
  }

  /** The changes of a run that a failure takes, with the log of the build that had only these. */
  private async breakage(drvPath: DrvPath, run: PlannedRun, first: BuildFailedEvent): Promise<Result<readonly string[]>> {
    let smallest = { failed: first, log: this.keep(first, namesOf(run)) };
    const found = await shrink(run, async (part): Promise<Result<true | undefined>> => {
      const ran = await this.run(part, [drvPath], false);
      if (!ran.ok) return ran;
      const failed = ran.value.failures.get(drvPath);
      if (failed === undefined || this.request.signal.aborted) return ok(undefined);
      if (smallest.log !== undefined) rmSync(smallest.log, { force: true });
      smallest = { failed, log: this.keep(failed, namesOf(part)) };
      return ok(true);
    });
    if (!found.ok) return found;
    const changed = namesOf(found.value.part);
    this.addBreakage(drvPath, changed, smallest.failed, smallest.log);
    if (changed.length === 0) this.open = this.open.filter((one) => one !== drvPath);
    return ok(changed);
  }

  private keep({ drvPath, logPath }: BuildFailedEvent, varied: readonly string[]): string | undefined {
    return logPath === undefined ? undefined : keepLog(logPath, this.request.store, drvPath, varied);
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
      cause: `differs each time, even if clock, random numbers, file system and processors are held still one by one: perhaps ${rest}`,
    });
  }

  private async run(run: PlannedRun, drvPaths: readonly DrvPath[], isRecorded = true): Promise<Result<Ran>> {
    const changes = run.map(({ setting }) => setting.change);
    return this.build(drvPaths, this.executorOf(changes), isRecorded ? this.recorderOf(run) : undefined, mergeChanges(changes).buildMemory);
  }

  private recorderOf(run: PlannedRun): BuildRecorder {
    const { store, version, cores } = this.request;
    const { processors } = mergeChanges(run.map(({ setting }) => setting.change)).sandbox;
    return new BuildRecorder(store, {
      builder: 'sandbox',
      builderVersion: version,
      ...(processors === undefined ? {} : { cores: Math.min(cores, processors) }),
      ...(run.length === 0 ? {} : { varied: [...namesOf(run)].sort() }),
    });
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
    const failures = new Map<DrvPath, BuildFailedEvent>();
    const built = await buildGraph({
      ...{ store, closure, executor },
      wanted: drvPaths.map((drvPath) => ({ drvPath, outputs: [...closure.get(drvPath)!.outputs.keys()] })),
      options: { jobs, cores, signal, rebuild: true, ...(buildMemory === undefined ? {} : { buildMemory }) },
      emit: (event) => {
        recorder?.emit(event);
        if (event.type === 'build-failed') failures.set(event.drvPath, event);
        emit(event);
      },
    });
    return built.ok ? ok({ comparisons: built.value.comparisons, failures }) : built;
  }
}

type Where = Pick<Finding, 'outputName' | 'file' | 'what' | 'details'>;

interface Cause {
  readonly shownBy: readonly string[];
  readonly cause: string;
  /** Where the smallest change differs. */
  readonly where?: Where | undefined;
}

function namesOf(run: PlannedRun): readonly string[] {
  return run.map(nameOf);
}

function keyOf(run: PlannedRun, drvPath: DrvPath): string {
  return [drvPath, ...[...namesOf(run)].sort()].join('\n');
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function verdictOf({ comparisons, failures }: Ran, drvPath: DrvPath): Verdict {
  return failures.has(drvPath) ? 'failed' : (comparisons.get(drvPath)?.kind ?? 'failed');
}

/** Identifies what a build gave, so that two builds can be compared. */
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
