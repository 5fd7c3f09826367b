/** One derivation's way from realised inputs to realised outputs. */
import { isDrvPath, writeDerivation, type Derivation, type DrvOutputId, type DrvPath, type StorePath } from '../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import type { EventBody } from './event.js';
import type { Executed, Executor, ExecutorFailure } from './executor.js';
import { TimeLimit, type BuildLimits } from './limits.js';
import { OutputLines } from './lines.js';
import { LogWriter, logPath } from './log.js';
import {
  derivationOf,
  realisationsOf,
  resolvedDerivation,
  resolvedIds,
  reuse,
  type OutputPaths,
  type ResolveContext,
  type Resolved,
} from './resolved.js';
import { checkReferenceRules } from './rules.js';
import { checkSelfReferences } from './self-reference.js';

/** What all derivations of a run share. */
export interface RealiseContext extends ResolveContext {
  readonly executor: Executor;
  readonly emit: (event: EventBody) => void;
  readonly cores: number;
  readonly keepFailed: boolean;
  readonly signal: AbortSignal;
  readonly limits?: BuildLimits | undefined;
  /** The largest build directory in memory, in bytes; called for each build. */
  readonly buildMemory: () => number;
  /** Adds the outputs and realisations that caches have. Fails only if the run must end. */
  readonly fetchRealisations?: FetchRealisations | undefined;
  /** Makes these sources valid: asked only for what is going to be built, and only for what is missing. */
  readonly fetchSources?: FetchSources | undefined;
}

export type FetchSources = (paths: readonly StorePath[]) => Promise<Result<unknown>>;
export type FetchRealisations = (ids: readonly DrvOutputId[]) => Promise<Result<void>>;

/** How a derivation was realised. */
export type Realised =
  | { readonly kind: 'reused'; readonly outputs: OutputPaths }
  | { readonly kind: 'built'; readonly outputs: OutputPaths; readonly durationSeconds: number; readonly usage: Executed['usage'] };

/** Why it was not realised, with paths to inspect. */
export interface RealiseFailure extends Failure {
  readonly logPath?: string | undefined;
  readonly lastLines?: readonly string[] | undefined;
  readonly keptDir?: string | undefined;
}

/**
 * Realises a derivation whose inputs are realised: looks up the resolved derivation, and otherwise builds it. The
 * builder holds the resolved derivation's lock, so of two processes one builds and the other then finds the result. The
 * paths and the realisations, of the resolved derivation and of this one, become valid in one transaction: a crash
 * before it loses only this build.
 */
export async function realise(drvPath: DrvPath, wanted: Iterable<string>, context: RealiseContext): Promise<Result<Realised, RealiseFailure>> {
  const names = [...wanted];
  const ready = resolvedDerivation(drvPath, context);
  if (ready === undefined) return inputIsGone(derivationOf(drvPath, context.closure));
  // Before sources are fetched: what a cache has does not need them. The derivation is written if they are here, as Nix does.
  const found = await find(drvPath, ready, names, context);
  if (!found.ok) return found;
  if (found.value !== undefined) {
    const written = await writeClosure(drvPath, context);
    return written.ok ? ok(found.value) : written;
  }
  const missing = ready.drv.inputSrcs.filter((path) => !context.store.isValid(path));
  const fetched = missing.length === 0 ? undefined : await context.fetchSources?.(missing);
  if (fetched?.ok === false) return fetched;
  const prepared = await resolve(drvPath, context);
  if (!prepared.ok) return prepared;
  const resolved = prepared.value;
  const locked = await context.store.withLock(
    resolved.drvPath,
    async (): Promise<Result<Result<Realised, RealiseFailure>>> => {
      const meanwhile = await reuse(drvPath, resolved, names, context);
      if (!meanwhile.ok) return meanwhile;
      if (meanwhile.value !== undefined) return ok(ok({ kind: 'reused', outputs: meanwhile.value }));
      return ok(await build(drvPath, resolved, context));
    },
    { signal: context.signal, onWait: () => context.emit({ type: 'build-wait', drvPath, name: resolved.drv.name }) },
  );
  return locked.ok ? locked.value : locked;
}

/** Looks for an equal derivation's outputs, first here and then in caches. */
async function find(drvPath: DrvPath, resolved: Resolved, names: readonly string[], context: RealiseContext): Promise<Result<Realised | undefined>> {
  const here = await reuse(drvPath, resolved, names, context);
  if (!here.ok) return here;
  if (here.value !== undefined) return ok({ kind: 'reused', outputs: here.value });
  if (context.fetchRealisations === undefined) return ok(undefined);
  const fetched = await context.fetchRealisations(resolvedIds(resolved, names));
  if (!fetched.ok) return fetched;
  const taken = await reuse(drvPath, resolved, names, context);
  return taken.ok ? ok(taken.value === undefined ? undefined : { kind: 'reused', outputs: taken.value }) : taken;
}

/**
 * Resolves a derivation and writes both forms into the store, as Nix does, so that every deriver can be looked at. The form
 * that is not resolved is left out when something below it came from a cache without its sources: the store holds no
 * derivation without what it refers to.
 */
export async function resolve(drvPath: DrvPath, context: ResolveContext): Promise<Result<Resolved>> {
  const { store } = context;
  const drv = derivationOf(drvPath, context.closure);
  const unsupported = checkKind(drv);
  if (!unsupported.ok) return unsupported;
  const one = resolvedDerivation(drvPath, context);
  if (one === undefined) return inputIsGone(drv);
  const inputs = await rootInputs(one.drv, store);
  if (!inputs.ok) return inputs;
  const written = await writeClosure(drvPath, context);
  if (!written.ok) return written;
  if (one.drvPath === drvPath) return ok(one);
  const added = await store.addText(`${drv.name}.drv`, writeDerivation(one.drv), one.drv.inputSrcs);
  return added.ok ? ok(one) : added;
}

/**
 * Builds a resolved derivation with the context's executor, reports and logs the builder's output; registers nothing.
 */
export async function execute(
  drvPath: DrvPath,
  { drv, drvPath: resolvedDrvPath }: Resolved,
  context: RealiseContext,
): Promise<Result<Executed & { readonly durationSeconds: number }, RealiseFailure>> {
  const { store, emit } = context;
  const inputs = store.closure(drv.inputSrcs);
  const path = logPath(store.root, drvPath);
  emit({ type: 'build-start', drvPath, name: drv.name, resolvedDrvPath, logPath: path });
  const attempt = async (buildMemory: number): Promise<Result<Executed & { readonly durationSeconds: number }, RealiseFailure & ExecutorFailure>> => {
    const started = performance.now();
    const opened = LogWriter.open(store.root, [drvPath, resolvedDrvPath]);
    if (!opened.ok) return opened;
    const log = opened.value;
    let logLines = 0;
    const lines = new OutputLines({
      onPhase: (phase) => emit({ type: 'build-phase', drvPath, phase, logLines }),
      onLine: (line) => emit({ type: 'build-log', drvPath, line }),
      onBytes: (bytes) => {
        if (bytes.at(-1) === 0x0a) logLines++;
        log.write(bytes);
      },
    });
    const { executor, cores, keepFailed } = context;
    const limit = new TimeLimit(drv.name, context.limits ?? {}, context.signal);
    const executed = await executor.build({
      drv,
      drvPath: resolvedDrvPath,
      inputs,
      cores,
      buildMemory,
      keepFailed,
      signal: limit.signal,
      onOutput: (bytes) => {
        limit.heard();
        lines.push(bytes);
      },
    });
    limit.end();
    lines.end();
    log.close();
    if (!executed.ok) return err({ ...executed.failure, ...limit.failure, logPath: path, lastLines: lines.last });
    return ok({ ...executed.value, durationSeconds: (performance.now() - started) / 1000 });
  };
  const memory = context.keepFailed ? 0 : context.buildMemory();
  const first = await attempt(memory);
  return memory > 0 && !first.ok && first.failure.buildMemoryWasFull === true ? await attempt(0) : first;
}

async function build(drvPath: DrvPath, resolved: Resolved, context: RealiseContext): Promise<Result<Realised, RealiseFailure>> {
  const { store } = context;
  const executed = await execute(drvPath, resolved, context);
  if (!executed.ok) return executed;
  const { outputs: news, usage, release, durationSeconds } = executed.value;
  try {
    const outputs = new Map([...news].map(([name, { info }]) => [name, info]));
    const selfReferences = await checkSelfReferences(resolved.drv, news);
    const held = selfReferences.ok ? await checkReferenceRules(resolved.drv, news, (path) => store.pathInfo(path)?.references ?? []) : selfReferences;
    if (!held.ok) return err({ ...held.failure, logPath: logPath(store.root, drvPath) });
    const registered = await store.addPaths([...news.values()], realisationsOf(drvPath, resolved, outputs, context));
    return registered.ok ? ok({ kind: 'built', outputs, usage, durationSeconds }) : registered;
  } finally {
    await release();
  }
}

function inputIsGone({ name }: Derivation): Result<never> {
  return fail('E_INPUT', `an input of ${name} is gone from the store`, 'a garbage collection ran meanwhile: run the build again');
}

/** Writes a derivation after those it needs, and keeps it from being collected; `false` when a source of one is not there. */
async function writeClosure(drvPath: DrvPath, context: ResolveContext): Promise<Result<boolean>> {
  const { store } = context;
  // That also keeps everything it refers to.
  const rooted = await store.addTempRoot(drvPath);
  if (!rooted.ok) return rooted;
  if (store.isValid(drvPath)) return ok(true);
  const drv = derivationOf(drvPath, context.closure);
  let complete = true;
  for (const input of drv.inputDrvs.keys()) {
    const written = await writeClosure(input, context);
    if (!written.ok) return written;
    complete &&= written.value;
  }
  if (!complete || drv.inputSrcs.some((path) => !store.isValid(path))) return ok(false);
  const sources = await rootInputs(drv, store);
  if (!sources.ok) return sources;
  const added = await store.addText(`${drv.name}.drv`, writeDerivation(drv), [...drv.inputSrcs, ...drv.inputDrvs.keys()]);
  return added.ok ? ok(true) : added;
}

/** Keeps the inputs from being collected, and checks that they are there. */
async function rootInputs(drv: Derivation, store: Store): Promise<Result<void>> {
  for (const path of drv.inputSrcs) {
    const rooted = await store.addTempRoot(path);
    if (!rooted.ok) return rooted;
    if (!store.isValid(path))
      return fail('E_INPUT', `${path}, which ${drv.name} needs, is not in the store`, isDrvPath(path) ? undefined : 'it is a source: fetch it first');
  }
  return ok(undefined);
}

/** Nix has more kinds of output; chains only make this one. */
function checkKind(drv: Derivation): Result<void> {
  for (const [name, output] of drv.outputs) {
    if (output.kind === 'floating' && output.method === 'recursive' && output.algorithm === 'sha256') continue;
    return fail('E_UNSUPPORTED', `output "${name}" of ${drv.name} is not content-addressed by the SHA-256 of its NAR`, 'build it with Nix');
  }
  return ok(undefined);
}
