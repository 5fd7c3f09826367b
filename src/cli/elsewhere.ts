/** What `zilch build` has from elsewhere: outputs from caches, and builds by real Nix. */
import { isAbsolute, join } from 'node:path';
import { Option, type Command } from 'commander';
import { buildGraph, BuildRecorder, emitter, type BuildReport, type Emit, type Executor } from '../build/index.js';
import type { PreparedTarget, Wanted } from '../chain/index.js';
import type { NixCommandOptions, Substituter, Vouched } from '../exchange/index.js';
import { parseStorePath, type DrvPath, type StorePath } from '../formats/index.js';
import type { Target } from '../recipe/index.js';
import { err, fail, ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import { collect } from './command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { BuiltOutputs, builtOutput, targetOf, type Session } from './session.js';
import { withTrust, type TrustOptions } from './trust-options.js';
import { zilchVersion } from './version.js';

export interface ElsewhereOptions extends TrustOptions {
  readonly substituters?: readonly string[];
  readonly via?: 'nix';
  readonly nixStore?: string;
  readonly builders?: string;
  readonly policy?: string;
  readonly claims?: readonly string[];
  readonly nix?: string;
}

/** Adds `--substituters` with what belongs to it, and `--via nix` with what belongs to it. */
export function withElsewhere(command: Command): Command {
  return withTrust(command.option('--substituters <caches>', 'take from these caches what they have instead of building it', collect))
    .option('--policy <file>', 'take from caches only what this policy holds for by the claims, whoever signed the cache')
    .option('--claims <place>', 'claims for --policy: file, directory, http://, https:// or s3://…; may be given more than once', collect)
    .addOption(
      new Option('--via <builder>', 'build by real Nix instead of in our own sandbox, and compare with what was built here before').choices(['nix']),
    )
    .option('--nix-store <uri>', 'the store Nix builds in: a directory, daemon, ssh-ng://host (default: one of its own in the store)')
    .option('--nix <target>', 'the Nix to build with, one of the chain or /nix/store/…, in a root that holds nothing else of this machine (default: nix of PATH)')
    .option('--builders <machines>', 'machines that Nix builds on, as in its setting of this name; then none is built on this one');
}

/** What asks the caches that the options name; `undefined` when they name none. */
export async function substituterOf(
  session: Session,
  options: ElsewhereOptions,
  signal: AbortSignal,
  emit: Emit,
): Promise<Result<Substituter | undefined>> {
  const { store } = session;
  if (options.substituters === undefined)
    return options.policy === undefined && options.claims === undefined
      ? ok(undefined)
      : fail('E_USAGE', '--policy and --claims mean nothing without --substituters');
  // Loaded here: most builds need none of it, and start faster without.
  const [{ Substituter }, { openCaches, trustOf }] = await Promise.all([import('../exchange/index.js'), import('./trust-reading.js')]);
  const trust = trustOf(options);
  if (!trust.ok) return trust;
  const caches = openCaches(options.substituters);
  if (!caches.ok) return caches;
  const vouched = await vouchedFor(session, options);
  if (!vouched.ok) return vouched;
  return ok(new Substituter({ store, caches: caches.value, trust: { ...trust.value, vouched: vouched.value }, signal, emit: emitter(emit) }));
}

/** What the policy of the options holds for, of all that the chain makes; `undefined` without a policy. */
async function vouchedFor(session: Session, { policy, claims }: ElsewhereOptions): Promise<Result<Vouched | undefined>> {
  if (policy === undefined) return claims === undefined ? ok(undefined) : fail('E_USAGE', '--claims mean nothing without --policy');
  const [{ judgeClaims }, { vouchedBy }] = await Promise.all([import('./judging.js'), import('../evidence/index.js')]);
  const judged = await judgeClaims(session, [...session.chain.derivations.keys()], { policyFile: policy, places: claims ?? [] });
  return judged.ok ? ok(vouchedBy(judged.value.judgement, session.chain)) : judged;
}

/** The executor that the options ask for; `undefined` for our own sandbox. */
export async function executorOf(session: Session, options: ElsewhereOptions): Promise<Result<Executor | undefined>> {
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
async function nixOptionsOf(session: Session, { nixStore, builders, nix }: ElsewhereOptions): Promise<Result<NixCommandOptions>> {
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
  options: ElsewhereOptions,
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
export async function recorderOf(store: Store, { via, nixStore, builders }: ElsewhereOptions): Promise<Result<BuildRecorder | undefined>> {
  if (builders !== undefined || nixStore?.startsWith('ssh') === true) return ok(undefined);
  if (via === undefined) return ok(new BuildRecorder(store, { builder: 'sandbox', builderVersion: zilchVersion() }));
  const { NixDialect } = await import('../exchange/index.js');
  const nix = await NixDialect.find();
  return nix.ok ? ok(new BuildRecorder(store, { builder: 'nix', builderVersion: nix.value.said })) : nix;
}

/** What of all that is wanted, and of what that needs, is built already. */
export function builtBefore({ store, chain, ...session }: Session, wanted: readonly Wanted[]): Wanted[] {
  const built = new BuiltOutputs({ store, chain, ...session });
  const needed = new Set(wanted.map(({ drvPath }) => drvPath));
  for (const drvPath of needed) for (const input of chain.derivations.get(drvPath)?.inputDrvs.keys() ?? []) needed.add(input);
  return [...needed]
    .filter((drvPath) => built.areComplete(drvPath))
    .map((drvPath) => ({ drvPath, outputs: [...chain.derivations.get(drvPath)!.outputs.keys()] }));
}

/** What a run comes to that is over: a build that failed, or one that gave something else than an earlier one, ours or Nix's. */
export async function verdict({ store, chain }: Session, { failures, comparisons }: BuildReport): Promise<Result<ExitCode | undefined>> {
  if (failures.size > 0) return ok(EXIT.failed);
  if (![...comparisons.values()].some(({ kind }) => kind === 'different')) return ok(undefined);
  const { firstDifferentBuild } = await import('../exchange/index.js');
  return err(firstDifferentBuild(store, chain.derivations, comparisons)!);
}

/** Builds again by `executor` what was built before it came into play, and adds to the report what that showed. */
export async function compareBuilds(request: Parameters<typeof buildGraph>[0], report: BuildReport): Promise<Result<BuildReport>> {
  if (request.wanted.length === 0 || request.options?.signal?.aborted === true) return ok(report);
  const compared = await buildGraph({ ...request, options: { ...request.options, rebuild: true } });
  if (!compared.ok) return compared;
  return ok({
    ...report,
    failures: new Map([...report.failures, ...compared.value.failures]),
    comparisons: new Map([...report.comparisons, ...compared.value.comparisons]),
  });
}
