/**
 * The hash of a derivation modulo its fixed outputs. It is the same for two derivations that differ only in how a
 * download is made. It is the key of realisations. Source: Nix's `hashDerivationModulo`.
 */
import { sha256, type Sha256 } from '../hash.js';
import type { DrvPath } from '../store-path.js';
import { methodAlgorithm, writeDerivation } from './aterm.js';
import { staticOutputPath, type Derivation } from './derivation.js';

/** A hash for each output; they differ only when the outputs are fixed. */
export type DerivationHashes = ReadonlyMap<string, Sha256>;

/** Returns the hashes of an input derivation, like `hashDerivationModulo(input, …, false)`; memoise it. */
export type InputHashes = (drvPath: DrvPath) => DerivationHashes;

/**
 * Hashes a derivation. `maskOutputs` is true for a derivation's own identity (its outputs' realisation ids), false if
 * it is an input of another.
 */
export function hashDerivationModulo(drv: Derivation, inputHashes: InputHashes, maskOutputs: boolean): DerivationHashes {
  const known = fixedOutputHashes(drv) ?? impureOutputHashes(drv);
  if (known !== undefined) return known;
  const inputs = new Map<string, string[]>();
  for (const [drvPath, outputNames] of drv.inputDrvs) {
    const hashes = inputHashes(drvPath);
    for (const outputName of outputNames) {
      const hash = hashes.get(outputName);
      if (hash === undefined) throw new Error(`Internal error: ${drvPath} has no output "${outputName}"`);
      inputs.set(hash, [...new Set([...(inputs.get(hash) ?? []), outputName])]);
    }
  }
  const hash = sha256(writeDerivation(drv, { inputs, maskOutputs }));
  return new Map([...drv.outputs.keys()].map((name) => [name, hash]));
}

function fixedOutputHashes(drv: Derivation): DerivationHashes | undefined {
  const hashes = new Map<string, Sha256>();
  for (const [name, output] of drv.outputs) {
    if (output.kind !== 'fixed') return undefined;
    const path = staticOutputPath(drv, name) ?? '';
    hashes.set(name, sha256(`fixed:out:${methodAlgorithm(output)}:${output.hash.hex}:${path}`));
  }
  return hashes;
}

/** Impure outputs differ each time, so one constant replaces their hash. */
function impureOutputHashes(drv: Derivation): DerivationHashes | undefined {
  if (![...drv.outputs.values()].some((output) => output.kind === 'impure')) return undefined;
  return new Map([...drv.outputs.keys()].map((name) => [name, sha256('impure')]));
}
