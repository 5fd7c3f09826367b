/** Who builds: our own sandbox, or real Nix. */
import { isAbsolute, join } from 'node:path';
import { BuildRecorder, type Executor } from '../build/index.js';
import type { PreparedTarget } from '../chain/index.js';
import type { NixCommandOptions } from '../exchange/index.js';
import { parseStorePath, type DrvPath, type StorePath } from '../formats/index.js';
import type { Target } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import { BuiltOutputs, builtOutput } from './built-outputs.js';
import type { Session } from './session.js';
import { targetOf } from './targets.js';
import { zilchVersion } from '../version.js';

/** Another builder than our own sandbox. */
export interface BuilderOptions {
  readonly via?: 'nix';
  /** The store that Nix builds in, as in Nix's setting of this name. */
  readonly nixStore?: string;
  /** Machines that Nix builds on, as in Nix's setting of this name. */
  readonly builders?: string;
  /** The Nix to build with: a target, an output or a store path. */
  readonly nix?: string;
}

/** The executor that the options ask for; `undefined` for our own sandbox. */
export async function executorOf(session: Session, options: BuilderOptions): Promise<Result<Executor | undefined>> {
  const { via, nixStore, builders, nix } = options;
  if (via === undefined) {
    return nixStore === undefined && builders === undefined && nix === undefined
      ? ok(undefined)
      : fail('E_USAGE', '--nix, --nix-store and --builders mean nothing without --via nix');
  }
  const { NixExecutor } = await import('../exchange/index.js');
  const asked = await nixOptionsOf(session, options);
  return asked.ok ? ok(new NixExecutor(session.store, asked.value)) : asked;
}

/** Which Nix, and on which store. */
async function nixOptionsOf(session: Session, { nixStore, builders, nix }: BuilderOptions): Promise<Result<NixCommandOptions>> {
  const { store } = session;
  const storeUri = nixStore ?? join(store.layout.zilchDir, 'via-nix');
  if (nix === undefined) return ok({ storeUri, builders });
  if (builders !== undefined || !isAbsolute(storeUri))
    return fail('E_USAGE', '--nix is for a store in a directory of this machine: a Nix that is alone in its root reaches no other');
  const path = builtPath(session, nix);
  if (!path.ok) return path;
  const { nixInItsRoot } = await import('../exchange/index.js');
  const scratch = join(store.layout.zilchDir, 'via-nix-builds');
  const program = nixInItsRoot(store, path.value, { directories: [store.root, storeUri], scratch });
  return program.ok ? ok({ storeUri, program: program.value }) : program;
}

/** A store path that is named, or that a target or one of its outputs has become. */
function builtPath(session: Session, name: string): Result<StorePath> {
  if (name.startsWith('/')) return parseStorePath(name);
  const found = targetOf(session, name);
  if (!found.ok) return found;
  const { target, outputName } = found.value;
  const built = builtOutput(session, target, outputName ?? target.recipe.outputNames[0]!);
  return built.ok ? ok(built.value.path) : built;
}

/** Has the Nix of `--nix` find the same derivations and outputs from the chain's flake. */
export async function confirmByFlake(
  session: Session,
  targets: readonly PreparedTarget[],
  options: BuilderOptions,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { store, loaded, chain } = session;
  const asked = await nixOptionsOf(session, options);
  if (!asked.ok) return asked;
  const { buildByFlake } = await import('../exchange/index.js');
  const prepared = new Map(targets.map((target) => [target.name, target]));
  const drvPathOf = ({ name }: Target): DrvPath => prepared.get(name)!.build.drvPath;
  const built = new BuiltOutputs(session);
  return buildByFlake(
    { store, targets, derivations: chain.derivations, chain: loaded.chain, drvPathOf, externalPath: (external) => chain.external.get(external) },
    asked.value,
    (target, outputName) => built.find(drvPathOf(target), outputName)?.path,
    signal,
  );
}

/** What writes down how things are built on this machine; nothing where another machine may build. */
export async function recorderOf(store: Store, { via, nixStore, builders }: BuilderOptions): Promise<Result<BuildRecorder | undefined>> {
  if (builders !== undefined || nixStore?.startsWith('ssh') === true) return ok(undefined);
  if (via === undefined) return ok(new BuildRecorder(store, { builder: 'sandbox', builderVersion: zilchVersion() }));
  const { NixDialect } = await import('../exchange/index.js');
  const nix = await NixDialect.find();
  return nix.ok ? ok(new BuildRecorder(store, { builder: 'nix', builderVersion: nix.value.said })) : nix;
}
