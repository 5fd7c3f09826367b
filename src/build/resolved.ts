/**
 * Resolved derivations: those whose inputs are store paths. The result of one serves every derivation that resolves to
 * it, whichever seed or recipe its inputs came from. So results are looked up and shared by resolved derivation.
 */
import {
  type Derivation,
  derivationPath,
  type DrvOutputId,
  type DrvPath,
  formatDrvOutputId,
  type Identities,
  identitiesOf,
  parseDrvOutputId,
  type PathInfo,
  type Realisation,
  resolveDerivation,
  resolvedOutputId,
  type StorePath,
} from '../formats/index.js';
import { ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import { linkLog } from './log.js';

/** The data that resolving needs. */
export interface ResolveContext {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  readonly identities: Identities;
}

/** The path of each output. */
export type OutputPaths = ReadonlyMap<string, PathInfo>;

/** A derivation whose inputs are known. */
export interface Resolved {
  readonly drv: Derivation;
  readonly drvPath: DrvPath;
}

/** Resolves a derivation with the store's realisations of its inputs; `undefined` if one of them is not realised. */
export function resolvedDerivation(drvPath: DrvPath, { store, closure, identities }: ResolveContext): Resolved | undefined {
  const drv = derivationOf(drvPath, closure);
  if (drv.inputDrvs.size === 0) return { drv, drvPath };
  const resolvedDrv = resolveDerivation(drv, (input, outputName) => store.realisation(identities.idOf(input, outputName))?.outPath);
  return resolvedDrv === undefined ? undefined : { drv: resolvedDrv, drvPath: derivationPath(resolvedDrv) };
}

/** The ids under which outputs of a resolved derivation are realised. */
export function resolvedIds({ drv }: Resolved, names: Iterable<string> = drv.outputs.keys()): DrvOutputId[] {
  return [...names].map((name) => resolvedOutputId(drv, name));
}

/**
 * The realisations of resolved derivations whose outputs are among `paths`: a cache needs them to serve other seeds,
 * too.
 */
export function resolvedRealisations(store: Store, closure: ReadonlyMap<DrvPath, Derivation>, paths: ReadonlySet<StorePath>): Realisation[] {
  const context = { store, closure, identities: identitiesOf(closure) };
  return [...closure].flatMap(([drvPath, drv]) => {
    const made = [...drv.outputs.keys()].filter((name) => {
      const path = store.realisation(context.identities.idOf(drvPath, name))?.outPath;
      return path !== undefined && paths.has(path);
    });
    const one = made.length === 0 ? undefined : resolvedDerivation(drvPath, context);
    return one === undefined ? [] : resolvedIds(one, made).flatMap((id) => store.realisation(id) ?? []);
  });
}

/** Like `reuse`, but also `undefined` if inputs are not realised. */
export async function adopt(drvPath: DrvPath, wanted: readonly string[], context: ResolveContext): Promise<Result<OutputPaths | undefined>> {
  const one = resolvedDerivation(drvPath, context);
  return one === undefined ? ok(undefined) : reuse(drvPath, one, wanted, context);
}

/** Finds the outputs of an equal derivation that was built before, and registers them for this one, too. */
export async function reuse(
  drvPath: DrvPath,
  resolved: Resolved,
  wanted: readonly string[],
  context: ResolveContext,
): Promise<Result<OutputPaths | undefined>> {
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
  return registered.ok ? ok(outputs) : registered;
}

/**
 * Realisations to register: under the resolved derivation's ids, and under those of the derivation as written, which
 * also name the input realisations that the outputs refer to. Source: Nix's `resolvedFinished`.
 */
export function realisationsOf(drvPath: DrvPath, resolved: Resolved, outputs: OutputPaths, context: ResolveContext): Realisation[] {
  const inputs = drvPath === resolved.drvPath ? new Map<string, StorePath>() : inputRealisations(drvPath, context);
  return [...outputs].flatMap(([outputName, info]) => {
    const own: Realisation = { id: resolvedOutputId(resolved.drv, outputName), outPath: info.path, signatures: [], dependentRealisations: new Map() };
    if (drvPath === resolved.drvPath) return [own];
    const dependentRealisations = new Map([...inputs].filter(([, path]) => info.references.includes(path)));
    return [own, { ...own, id: context.identities.idOf(drvPath, outputName), dependentRealisations }];
  });
}

/** The realisations of a derivation's inputs and their dependencies, by the text of their ids. */
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
      const dependency = parseDrvOutputId(text);
      if (dependency.ok) pending.push(dependency.value);
    }
  }
  return found;
}

export function derivationOf(drvPath: DrvPath, closure: ReadonlyMap<DrvPath, Derivation>): Derivation {
  const drv = closure.get(drvPath);
  if (drv === undefined) throw new Error(`Internal error: ${drvPath} is not in the closure`);
  return drv;
}
