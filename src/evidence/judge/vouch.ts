/** The outputs that a policy holds for, in the form that caches are checked with. */
import { identitiesOf, resolvedIds } from '../../build/index.js';
import type { PreparedChain } from '../../chain/index.js';
import { derivationPath, formatDrvOutputId, resolveDerivation, type DrvPath, type StorePath } from '../../formats/index.js';
import type { Vouched } from '../../exchange/index.js';
import type { ClaimedOutput } from '../claim/claim.js';
import type { Judgement } from './judge.js';

/**
 * The outputs of the steps that the policy holds for, if it also holds for everything that they are made of. Otherwise those who confirm
 * a step may have built it with something that nobody checked.
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
