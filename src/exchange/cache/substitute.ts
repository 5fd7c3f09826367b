/** Before building: what is wanted, or else what it is built from, as far down as caches have it. */
import type { Derivation, DrvPath } from '../../formats/index.js';
import { identitiesOf } from '../../build/index.js';
import { ok, type Result } from '../../result.js';
import { Puller, type Pulled, type PullOptions } from './pull.js';

/** A derivation, and the outputs of it that are asked for. */
export interface WantedOutputs {
  readonly drvPath: DrvPath;
  readonly outputs: readonly string[];
}

export interface Substituted extends Pulled {
  /** Derivation outputs that need not be built now. */
  readonly outputs: number;
}

/**
 * Pulls the wanted outputs where a cache knows what they are and has them. Where none does, or what it gives is refused, tries the
 * derivation's inputs, and so on; what is left is to be built. Fails only when it was stopped or the store cannot be written.
 */
export async function substitute(
  derivations: ReadonlyMap<DrvPath, Derivation>,
  wanted: readonly WantedOutputs[],
  options: PullOptions,
): Promise<Result<Substituted>> {
  const puller = new Puller(options);
  const identities = identitiesOf(derivations);
  const seen = new Set<string>();
  let outputs = 0;
  const visit = async (drvPath: DrvPath, outputName: string): Promise<Result<void>> => {
    if (seen.has(`${drvPath}^${outputName}`)) return ok(undefined);
    seen.add(`${drvPath}^${outputName}`);
    const id = identities.idOf(drvPath, outputName);
    if (options.store.realisation(id) !== undefined) return ok(undefined);
    const pulled = await puller.realisation(id);
    if (!pulled.ok && OUR_OWN.includes(pulled.failure.code)) return pulled;
    if (pulled.ok && pulled.value) {
      outputs++;
      return ok(undefined);
    }
    const inputs = [...(derivations.get(drvPath)?.inputDrvs ?? [])].flatMap(([input, names]) => names.map((name) => visit(input, name)));
    return (await Promise.all(inputs)).find((result) => !result.ok) ?? ok(undefined);
  };
  const visits = await Promise.all(wanted.flatMap(({ drvPath, outputs: names }) => names.map((name) => visit(drvPath, name))));
  return (visits.find((result) => !result.ok) as Result<never> | undefined) ?? ok({ ...puller.pulled, outputs });
}

/** What no other cache and no build would do better. Caches' own failures have other codes. */
const OUR_OWN: readonly string[] = ['E_CANCELLED', 'E_DISK_FULL', 'E_READ_ONLY', 'E_PERMISSION', 'E_IO'];
