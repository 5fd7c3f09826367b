/** One derivation's way from realised inputs to realised outputs. */
import {
  derivationPath,
  formatDrvOutputId,
  isDrvPath,
  resolveDerivation,
  writeDerivation,
  type Derivation,
  type DrvOutputId,
  type DrvPath,
  type PathInfo,
  type Realisation,
  type Sha256,
  type StorePath,
} from '../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import type { EventBody } from './event.js';
import type { Executed, Executor, ExecutorFailure } from './executor.js';
import { resolvedOutputId, type Identities } from './identity.js';
import { OutputLines } from './lines.js';
import { linkLog, LogWriter, logPath } from './log.js';
import { checkReferenceRules } from './rules.js';
import { checkSelfReferences } from './self-reference.js';

/** What all derivations of a run have in common. */
export interface RealiseContext {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  readonly identities: Identities;
  readonly executor: Executor;
  readonly emit: (event: EventBody) => void;
  readonly cores: number;
  readonly keepFailed: boolean;
  readonly signal: AbortSignal;
  /** How large a build directory may become in memory, in bytes; asked anew for each build. */
  readonly buildMemory: () => number;
}

/** Which output turned out to be which path. */
export type OutputPaths = ReadonlyMap<string, PathInfo>;

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

/** A derivation whose inputs are known. */
export interface Resolved {
  readonly drv: Derivation;
  readonly drvPath: DrvPath;
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
  const reused = await reuse(drvPath, resolved, wanted, context);
  if (!reused.ok || reused.value !== undefined) return reused as Result<Realised>;
  const locked = await context.store.withLock(
    resolved.drvPath,
    async (): Promise<Result<Result<Realised, RealiseFailure>>> => {
      const meanwhile = await reuse(drvPath, resolved, wanted, context);
      if (!meanwhile.ok || meanwhile.value !== undefined) return ok(meanwhile as Result<Realised>);
      return ok(await build(drvPath, resolved, context));
    },
    { signal: context.signal, onWait: () => context.emit({ type: 'build-wait', drvPath, name: resolved.drv.name }) },
  );
  return locked.ok ? locked.value : locked;
}

/** What resolving needs to know. */
type ResolveContext = Pick<RealiseContext, 'store' | 'closure' | 'identities'>;

/** Resolves a derivation and writes both forms into the store, as Nix does, so that every deriver can be looked at. */
export async function resolve(drvPath: DrvPath, context: ResolveContext): Promise<Result<Resolved>> {
  const { store } = context;
  const drv = derivationOf(drvPath, context.closure);
  const unsupported = checkKind(drv);
  if (!unsupported.ok) return unsupported;
  const written = await writeClosure(drvPath, context);
  if (!written.ok) return written;
  if (drv.inputDrvs.size === 0) return ok({ drv, drvPath });
  const resolvedDrv = resolveDerivation(drv, (input, outputName) => store.realisation(context.identities.idOf(input, outputName))?.outPath);
  if (resolvedDrv === undefined) {
    return fail('E_INPUT', `an input of ${drv.name} is gone from the store`, 'a garbage collection ran meanwhile: run the build again');
  }
  const inputs = await rootInputs(resolvedDrv, store);
  if (!inputs.ok) return inputs;
  const added = await store.addText(`${drv.name}.drv`, writeDerivation(resolvedDrv), resolvedDrv.inputSrcs);
  return added.ok ? ok({ drv: resolvedDrv, drvPath: derivationPath(resolvedDrv) }) : added;
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
    const { executor, cores, keepFailed, signal } = context;
    const executed = await executor.build({
      drv,
      drvPath: resolvedDrvPath,
      inputs,
      cores,
      buildMemory,
      keepFailed,
      signal,
      onOutput: (bytes) => lines.push(bytes),
    });
    lines.end();
    log.close();
    if (!executed.ok) return err({ ...executed.failure, logPath: path, lastLines: lines.last });
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
    const held = selfReferences.ok ? checkReferenceRules(resolved.drv, outputs, (path) => store.pathInfo(path)?.references ?? []) : selfReferences;
    if (!held.ok) return err({ ...held.failure, logPath: logPath(store.root, drvPath) });
    const registered = await store.addPaths([...news.values()], realisationsOf(drvPath, resolved, outputs, context));
    return registered.ok ? ok({ kind: 'built', outputs, usage, durationSeconds }) : registered;
  } finally {
    await release();
  }
}

/** Finds the outputs of an equal derivation that was built before, and makes them this one's too. */
async function reuse(drvPath: DrvPath, resolved: Resolved, wanted: Iterable<string>, context: RealiseContext): Promise<Result<Realised | undefined>> {
  const { store } = context;
  const outputs = new Map<string, PathInfo>();
  for (const name of resolved.drv.outputs.keys()) {
    const known = store.realisation(resolvedOutputId(resolved.drv, name));
    if (known === undefined) continue;
    const rooted = await store.addTempRoot(known.outPath);
    if (!rooted.ok) return rooted;
    const info = store.pathInfo(known.outPath);
    if (info !== undefined) outputs.set(name, info);
  }
  for (const name of wanted) if (!outputs.has(name)) return ok(undefined);
  linkLog(store.root, resolved.drvPath, drvPath);
  const registered = store.registerRealisations(realisationsOf(drvPath, resolved, outputs, context));
  return registered.ok ? ok({ kind: 'reused', outputs }) : registered;
}

/**
 * Realisations to register: under the resolved derivation's ids, and under those of the derivation as written, which
 * also say which of its inputs' realisations the outputs refer to. Source: Nix's `resolvedFinished`.
 */
function realisationsOf(drvPath: DrvPath, resolved: Resolved, outputs: OutputPaths, context: RealiseContext): Realisation[] {
  const inputs = drvPath === resolved.drvPath ? new Map<string, StorePath>() : inputRealisations(drvPath, context);
  return [...outputs].flatMap(([outputName, info]) => {
    const own: Realisation = { id: resolvedOutputId(resolved.drv, outputName), outPath: info.path, signatures: [], dependentRealisations: new Map() };
    if (drvPath === resolved.drvPath) return [own];
    const dependentRealisations = new Map([...inputs].filter(([, path]) => info.references.includes(path)));
    return [own, { ...own, id: context.identities.idOf(drvPath, outputName), dependentRealisations }];
  });
}

/** The realisations of a derivation's inputs and those that they depend on, by the text of their ids. */
function inputRealisations(drvPath: DrvPath, { store, identities, closure }: ResolveContext): ReadonlyMap<string, StorePath> {
  const found = new Map<string, StorePath>();
  const pending: DrvOutputId[] = [...derivationOf(drvPath, closure).inputDrvs].flatMap(([input, names]) =>
    names.map((name) => identities.idOf(input, name)),
  );
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const realisation = found.has(formatDrvOutputId(id)) ? undefined : store.realisation(id);
    if (realisation === undefined) continue;
    found.set(formatDrvOutputId(id), realisation.outPath);
    for (const text of realisation.dependentRealisations.keys()) {
      const match = /^sha256:([0-9a-f]{64})!(.*)$/.exec(text);
      if (match?.[1] !== undefined && match[2] !== undefined) pending.push({ drvHash: match[1] as Sha256, outputName: match[2] });
    }
  }
  return found;
}

function derivationOf(drvPath: DrvPath, closure: ReadonlyMap<DrvPath, Derivation>): Derivation {
  const drv = closure.get(drvPath);
  if (drv === undefined) throw new Error(`Internal error: ${drvPath} is not in the closure`);
  return drv;
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
