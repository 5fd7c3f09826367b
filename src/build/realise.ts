/** One derivation's way from realised inputs to realised outputs. */
import { isDrvPath, writeDerivation, type Derivation, type DrvOutputId, type DrvPath } from '../formats/index.js';
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

/** What all derivations of a run have in common. */
export interface RealiseContext extends ResolveContext {
  readonly executor: Executor;
  readonly emit: (event: EventBody) => void;
  readonly cores: number;
  readonly keepFailed: boolean;
  readonly signal: AbortSignal;
  readonly limits?: BuildLimits | undefined;
  /** How large a build directory may become in memory, in bytes; asked anew for each build. */
  readonly buildMemory: () => number;
  /** Makes outputs valid and their realisations known, as far as caches have them. Fails only when the run must end. */
  readonly fetchRealisations?: FetchRealisations | undefined;
}

export type FetchRealisations = (ids: readonly DrvOutputId[]) => Promise<Result<void>>;

/** How a derivation came to be realised. */
export type Realised =
  | { readonly kind: 'reused'; readonly outputs: OutputPaths }
  | { readonly kind: 'built'; readonly outputs: OutputPaths; readonly durationSeconds: number; readonly usage: Executed['usage'] };

/** Why it was not, with what there is to look at. */
export interface RealiseFailure extends Failure {
  readonly logPath?: string | undefined;
  readonly lastLines?: readonly string[] | undefined;
  readonly keptDir?: string | undefined;
}

/**
 * Realises a derivation whose inputs are realised: looks the resolved derivation up, and else builds it. Whoever builds
 * holds the resolved derivation's lock, so that of two processes one builds and the other finds it built. The paths and
 * the realisations, of the resolved derivation and of this one, become valid in one transaction: a crash before it loses
 * this build alone.
 */
export async function realise(drvPath: DrvPath, wanted: Iterable<string>, context: RealiseContext): Promise<Result<Realised, RealiseFailure>> {
  const prepared = await resolve(drvPath, context);
  if (!prepared.ok) return prepared;
  const resolved = prepared.value;
  const names = [...wanted];
  const found = await find(drvPath, resolved, names, context);
  if (!found.ok || found.value !== undefined) return found as Result<Realised>;
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

/** Looks an equal derivation's outputs up here, and then elsewhere. */
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

/** Resolves a derivation and writes both forms into the store, as Nix does, so that every deriver can be looked at. */
export async function resolve(drvPath: DrvPath, context: ResolveContext): Promise<Result<Resolved>> {
  const { store } = context;
  const drv = derivationOf(drvPath, context.closure);
  const unsupported = checkKind(drv);
  if (!unsupported.ok) return unsupported;
  const written = await writeClosure(drvPath, context);
  if (!written.ok) return written;
  const one = resolvedDerivation(drvPath, context);
  if (one === undefined) {
    return fail('E_INPUT', `an input of ${drv.name} is gone from the store`, 'a garbage collection ran meanwhile: run the build again');
  }
  if (one.drvPath === drvPath) return ok(one);
  const inputs = await rootInputs(one.drv, store);
  if (!inputs.ok) return inputs;
  const added = await store.addText(`${drv.name}.drv`, writeDerivation(one.drv), one.drv.inputSrcs);
  return added.ok ? ok(one) : added;
}

/** Builds a resolved derivation by the context's executor, reporting and logging what the builder says; registers nothing. */
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
    const lines = new OutputLines({
      onPhase: (phase) => emit({ type: 'build-phase', drvPath, phase }),
      onLine: (line) => emit({ type: 'build-log', drvPath, line }),
      onBytes: (bytes) => log.write(bytes),
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

/** Writes a derivation after those it needs, and keeps it from being collected. */
async function writeClosure(drvPath: DrvPath, context: ResolveContext): Promise<Result<void>> {
  const { store } = context;
  // With it stays all that it refers to.
  const rooted = await store.addTempRoot(drvPath);
  if (!rooted.ok) return rooted;
  if (store.isValid(drvPath)) return ok(undefined);
  const drv = derivationOf(drvPath, context.closure);
  for (const input of drv.inputDrvs.keys()) {
    const written = await writeClosure(input, context);
    if (!written.ok) return written;
  }
  const sources = await rootInputs(drv, store);
  if (!sources.ok) return sources;
  const added = await store.addText(`${drv.name}.drv`, writeDerivation(drv), [...drv.inputSrcs, ...drv.inputDrvs.keys()]);
  return added.ok ? ok(undefined) : added;
}

/** Keeps the inputs from being collected, and makes sure that they are there. */
async function rootInputs(drv: Derivation, store: Store): Promise<Result<void>> {
  for (const path of drv.inputSrcs) {
    const rooted = await store.addTempRoot(path);
    if (!rooted.ok) return rooted;
    if (!store.isValid(path))
      return fail('E_INPUT', `${path}, which ${drv.name} needs, is not in the store`, isDrvPath(path) ? undefined : 'it is a source: fetch it first');
  }
  return ok(undefined);
}

/** Nix has more kinds of output; chains make this one. */
function checkKind(drv: Derivation): Result<void> {
  for (const [name, output] of drv.outputs) {
    if (output.kind === 'floating' && output.method === 'recursive' && output.algorithm === 'sha256') continue;
    return fail('E_UNSUPPORTED', `output "${name}" of ${drv.name} is not content-addressed by the SHA-256 of its NAR`, 'build it with Nix');
  }
  return ok(undefined);
}
