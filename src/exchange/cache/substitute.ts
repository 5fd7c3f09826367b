/** Substitutes outputs before building: the wanted ones, or otherwise their inputs, as far as caches have them. */
import { formatOutputName, type Derivation, type DrvOutputId, type DrvPath, type StorePath } from '../../formats/index.js';
import { adopt, identitiesOf, resolvedDerivation, resolvedIds } from '../../build/index.js';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import { OUR_OWN, Puller, type Pulled, type PullOptions } from './pull.js';

/** A derivation, and which of its outputs are wanted. */
export interface WantedOutputs {
  readonly drvPath: DrvPath;
  readonly outputs: readonly string[];
}

export interface Substituted extends Pulled {
  /** Derivation outputs that need not be built now. */
  readonly outputs: number;
}

/** One run's use of caches; it remembers answers, and caches that do not answer. */
export class Substituter {
  private readonly puller: Puller;

  constructor(private readonly options: PullOptions) {
    this.puller = new Puller(options);
  }

  /**
   * Pulls the wanted outputs that a cache knows and has. If none does, or its answer is refused, it tries the
   * derivation's inputs, and so on; the rest must be built. Fails only if it was stopped or the store cannot be
   * written.
   */
  async substitute(derivations: ReadonlyMap<DrvPath, Derivation>, wanted: readonly WantedOutputs[]): Promise<Result<Substituted>> {
    const seen = new Set<string>();
    let outputs = 0;
    const visit = async (drvPath: DrvPath, outputName: string): Promise<Result<void>> => {
      const key = formatOutputName(drvPath, outputName);
      if (seen.has(key)) return ok(undefined);
      seen.add(key);
      const taken = await this.take(derivations, drvPath, outputName);
      if (!taken.ok) return taken;
      if (taken.value.found) {
        if (taken.value.found === 'pulled') outputs++;
        return ok(undefined);
      }
      const inputs = [...(derivations.get(drvPath)?.inputDrvs ?? [])].flatMap(([input, names]) => names.map((name) => visit(input, name)));
      return (await Promise.all(inputs)).find((result) => !result.ok) ?? ok(undefined);
    };
    const visits = await Promise.all(wanted.flatMap(({ drvPath, outputs: names }) => names.map((name) => visit(drvPath, name))));
    return (visits.find((result) => !result.ok) as Result<never> | undefined) ?? ok({ ...this.puller.pulled, outputs });
  }

  /** Pulls one output. Fails with `E_NOT_IN_CACHE` if no cache knows it, or with the failure of a cache that does. */
  async require(derivations: ReadonlyMap<DrvPath, Derivation>, drvPath: DrvPath, outputName: string): Promise<Result<void>> {
    const taken = await this.take(derivations, drvPath, outputName);
    if (!taken.ok) return taken;
    if (taken.value.found) return ok(undefined);
    return taken.value.refused === undefined
      ? fail('E_NOT_IN_CACHE', `no cache knows output "${outputName}" of ${drvPath}`, 'it may have been pushed from another chain')
      : err(taken.value.refused);
  }

  /** Pulls paths and everything they refer to, like `Puller.closure`. */
  closure(paths: Iterable<StorePath>): Promise<Result<void>> {
    return this.puller.closure(paths);
  }

  get pulled(): Pulled {
    return this.puller.pulled;
  }

  /** Pulls what caches have for these ids, which belong to resolved derivations before their build. */
  readonly fetchRealisations = async (ids: readonly DrvOutputId[]): Promise<Result<void>> => {
    for (const id of ids) {
      const pulled = await this.puller.realisation(id);
      if (!pulled.ok && OUR_OWN.includes(pulled.failure.code)) return pulled;
    }
    return ok(undefined);
  };

  /**
   * Under its own id and, if its inputs are realised, under that of the resolved derivation, which other seeds share.
   */
  private async take(
    derivations: ReadonlyMap<DrvPath, Derivation>,
    drvPath: DrvPath,
    outputName: string,
  ): Promise<Result<{ readonly found: 'here' | 'pulled' } | { readonly found: undefined; readonly refused: Failure | undefined }>> {
    const { store } = this.options;
    const identities = identitiesOf(derivations);
    const id = identities.idOf(drvPath, outputName);
    if (store.realisation(id) !== undefined) return ok({ found: 'here' });
    const pulled = await this.puller.realisation(id);
    if (pulled.ok && pulled.value) return ok({ found: 'pulled' });
    if (!pulled.ok && OUR_OWN.includes(pulled.failure.code)) return pulled;
    const context = { store, closure: derivations, identities };
    const resolved = resolvedDerivation(drvPath, context);
    if (resolved !== undefined && resolved.drvPath !== drvPath) {
      const fetched = await this.fetchRealisations(resolvedIds(resolved, [outputName]));
      if (!fetched.ok) return fetched;
      const adopted = await adopt(drvPath, [outputName], context);
      if (!adopted.ok) return adopted;
      if (adopted.value !== undefined) return ok({ found: 'pulled' });
    }
    return ok({ found: undefined, refused: pulled.ok ? undefined : pulled.failure });
  }
}
