/** What a policy holds for, in the form in which caches are asked: so that a cached path is taken when enough others built it, too. */
import { identitiesOf, resolvedIds } from '../../build/index.js';
import type { PreparedChain } from '../../chain/index.js';
import { derivationPath, formatDrvOutputId, resolveDerivation, type DrvPath, type StorePath } from '../../formats/index.js';
import type { Vouched } from '../../exchange/index.js';
import type { ClaimedOutput } from '../claim/claim.js';
import type { Judgement } from './judge.js';

/**
 * The outputs of steps that the policy holds for, and for all that they are made of. A step above one that it does not hold for is not
 * vouched for: those who built it may have built it with something that nobody checked.
 */
export function vouchedBy({ steps }: Judgement, { derivations }: PreparedChain): Vouched {
  const identities = identitiesOf(derivations);
  const realisations = new Map<string, StorePath>();
  const paths = new Map<StorePath, ClaimedOutput>();
  const vouched = new Map<DrvPath, ReadonlyMap<string, StorePath>>();
  for (const { drvPath, state, outputs } of steps) {
    const drv = derivations.get(drvPath);
    if (drv === undefined || state !== 'holds' || ![...drv.inputDrvs.keys()].every((input) => vouched.has(input))) continue;
    vouched.set(drvPath, new Map(outputs.map(({ name, path }) => [name, path])));
    const resolved = resolveDerivation(drv, (input, name) => vouched.get(input)?.get(name));
    for (const output of outputs) {
      realisations.set(formatDrvOutputId(identities.idOf(drvPath, output.name)), output.path);
      if (resolved !== undefined && drv.inputDrvs.size > 0)
        for (const id of resolvedIds({ drv: resolved, drvPath: derivationPath(resolved) }, [output.name]))
          realisations.set(formatDrvOutputId(id), output.path);
      paths.set(output.path, output);
    }
  }
  return { realisations, paths };
}
