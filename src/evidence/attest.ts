/** Makes claims about what this store has built. */
import { identitiesOf, machineFacts, readBuildRecords, resolvedDerivation, type BuilderKind, type BuildRecord } from '../build/index.js';
import type { PreparedChain } from '../chain/index.js';
import type { DrvPath, PathInfo } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import type { Claim, ClaimedInput } from './claim/claim.js';
import type { Steps } from './steps.js';

export interface AttestRequest {
  readonly store: Store;
  readonly chain: PreparedChain;
  readonly steps: Steps;
  /** What to attest, with everything that it needs. */
  readonly roots: readonly DrvPath[];
  /** Who attests, in their own words. */
  readonly operator: string;
  /** Zilch's own. */
  readonly version: string;
  /** The builder of builds without a record, if the operator says that they ran on this machine as it is now. */
  readonly builtBy?: BuilderKind | undefined;
}

export interface Attested {
  readonly claims: readonly Claim[];
  /** Targets that were not built here but copied from elsewhere. Only those who built them can claim them. */
  readonly foreign: readonly string[];
  /** Targets that were built here, but nobody recorded how. */
  readonly unrecorded: readonly string[];
}

/**
 * Makes a claim for each record of a build of each derivation. Fails with `E_NOT_BUILT` if a root was not built here, and with
 * `E_NOT_RECORDED` if the build of a root has no record and the operator does not name its builder.
 */
export function attest(request: AttestRequest): Result<Attested> {
  const { store, chain, steps, roots } = request;
  const records = readBuildRecords(store.layout.zilchDir);
  const context = { store, closure: chain.derivations, identities: identitiesOf(chain.derivations) };
  const claims: Claim[] = [];
  const foreign: string[] = [];
  const unrecorded: string[] = [];
  for (const { step, drvPath, drv } of steps.inOrder(roots)) {
    const infoOf = (path: DrvPath, name: string): PathInfo | undefined => {
      const realised = store.realisation(context.identities.idOf(path, name));
      return realised === undefined ? undefined : store.pathInfo(realised.outPath);
    };
    const outputs = step.outputs.flatMap((name) => {
      const info = infoOf(drvPath, name);
      return info === undefined ? [] : [{ name, info }];
    });
    const resolved = resolvedDerivation(drvPath, context);
    const hasInputs = resolved?.drv.inputSrcs.every((path) => chain.sources.has(path) || store.isValid(path)) === true;
    const why = whyNotHere(outputs.length < step.outputs.length, outputs, hasInputs);
    if (why !== undefined || resolved === undefined) {
      if (roots.includes(drvPath)) return fail('E_NOT_BUILT', `${step.name} ${why ?? ''}: ${store.root}`, `zilch build --rebuild ${step.name}`);
      foreign.push(step.name);
      continue;
    }
    const hows = howBuilt(
      request,
      step.name,
      records.get(resolved.drvPath) ?? [],
      Math.max(...outputs.map(({ info }) => info.registrationTime ?? 0)),
    );
    if (!hows.ok) {
      if (roots.includes(drvPath)) return hows;
      unrecorded.push(step.name);
      continue;
    }
    const made = new Set([...drv.inputDrvs].flatMap(([input, names]) => names.flatMap((name) => infoOf(input, name)?.path ?? [])));
    const claim = {
      target: step.name,
      derivation: drvPath,
      recipe: step.recipe,
      resolved: resolved.drvPath,
      seeds: steps.seedsOf(drvPath).map((path) => ({ path, sha256: store.pathInfo(path)!.narHash })),
      inputs: [...resolved.drv.inputSrcs].sort().map((path): ClaimedInput => {
        const source = chain.sources.get(path);
        if (source !== undefined) return { path, sha256: source.sha256, kind: 'source' };
        return { path, sha256: store.pathInfo(path)!.narHash, kind: made.has(path) ? 'output' : 'file' };
      }),
      outputs: outputs.map(({ name, info: { path, narHash, narSize, references } }) => ({
        name,
        path,
        narHash,
        narSize,
        references: [...references].sort(),
      })),
    };
    for (const how of hows.value) claims.push({ ...claim, ...how });
  }
  return ok({ claims, foreign, unrecorded });
}

/** Why a derivation cannot be attested; `undefined` if it was built here, from inputs that are still here. */
function whyNotHere(isOpen: boolean, outputs: readonly { readonly info: PathInfo }[], hasInputs: boolean): string | undefined {
  if (isOpen) return 'is not built in this store';
  if (outputs.some(({ info }) => !info.ultimate)) return 'was not built in this store but copied into it';
  return hasInputs ? undefined : 'was built from inputs that are not in this store any more';
}

function howBuilt(
  { store, operator, builtBy, version }: AttestRequest,
  name: string,
  records: readonly BuildRecord[],
  registered: number,
): Result<readonly Pick<Claim, 'how' | 'startedOn' | 'finishedOn'>[]> {
  const date = (milliseconds: number): string => new Date(Math.round(milliseconds)).toISOString();
  if (records.length > 0)
    return ok(
      records.map(({ how, startedAt, finishedAt }) => ({
        how: { ...how, operator, observed: 'while building' },
        startedOn: date(startedAt),
        finishedOn: date(finishedAt),
      })),
    );
  if (builtBy === undefined)
    return fail(
      'E_NOT_RECORDED',
      `there is no record of how ${name} was built`,
      `zilch build --rebuild ${name} records it; if you know that it was built on this machine as it is now, name the builder: --built-by sandbox`,
    );
  const how = { builder: builtBy, builderVersion: version, ...machineFacts(store.root), operator, observed: 'while attesting' as const };
  return ok([{ how, startedOn: date(registered * 1000), finishedOn: date(registered * 1000) }]);
}
