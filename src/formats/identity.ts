/** The ids under which the outputs of derivations are realised. */
import { hashDerivationModulo, type DerivationHashes } from './derivation/index.js';
import type { Derivation } from './derivation/index.js';
import type { DrvOutputId } from './realisation.js';
import type { DrvPath } from './store-path.js';

const known = new WeakMap<ReadonlyMap<DrvPath, Derivation>, Identities>();

/** The ids of closures of derivations, kept as long as the closure. Nothing may be added to a closure. */
export function identitiesOf(closure: ReadonlyMap<DrvPath, Derivation>): Identities {
  const identities = known.get(closure) ?? new Identities(closure);
  known.set(closure, identities);
  return identities;
}

/** Ids of a closure of derivations, each computed once. */
export class Identities {
  private readonly asInput = new Map<DrvPath, DerivationHashes>();
  private readonly own = new Map<DrvPath, DerivationHashes>();

  constructor(private readonly closure: ReadonlyMap<DrvPath, Derivation>) {}

  /** The id of an output of a derivation of the closure. */
  idOf(drvPath: DrvPath, outputName: string): DrvOutputId {
    return outputId(this.hashesOf(drvPath, this.own, true), outputName);
  }

  private hashesOf(drvPath: DrvPath, memory: Map<DrvPath, DerivationHashes>, maskOutputs: boolean): DerivationHashes {
    const known = memory.get(drvPath);
    if (known !== undefined) return known;
    const drv = this.closure.get(drvPath);
    if (drv === undefined) throw new Error(`Internal error: ${drvPath} is not in the closure`);
    const hashes = hashDerivationModulo(drv, (input) => this.hashesOf(input, this.asInput, false), maskOutputs);
    memory.set(drvPath, hashes);
    return hashes;
  }
}

/** The id of an output of a resolved derivation, which does not depend on other derivations. */
export function resolvedOutputId(drv: Derivation, outputName: string): DrvOutputId {
  const noInputs = (input: DrvPath): never => {
    throw new Error(`Internal error: the resolved derivation ${drv.name} needs ${input}`);
  };
  return outputId(hashDerivationModulo(drv, noInputs, true), outputName);
}

function outputId(hashes: DerivationHashes, outputName: string): DrvOutputId {
  const drvHash = hashes.get(outputName);
  if (drvHash === undefined) throw new Error(`Internal error: there is no output "${outputName}"`);
  return { drvHash, outputName };
}
