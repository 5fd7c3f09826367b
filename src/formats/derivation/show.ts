import type { DrvPath, StorePath } from '../store-path.js';
import { methodAlgorithm, sortedEntries } from './aterm.js';
import { staticOutputPath, type Derivation } from './derivation.js';

/** A derivation as `nix show-derivation` (2.8) prints it, with its properties in the same order. */
export interface ShownDerivation {
  readonly outputs: Readonly<Record<string, ShownOutput>>;
  readonly inputSrcs: readonly StorePath[];
  readonly inputDrvs: Readonly<Record<DrvPath, readonly string[]>>;
  readonly system: string;
  readonly builder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ShownOutput {
  /** If it is known before the build. */
  readonly path?: StorePath;
  /** `sha256`, or `r:sha256` when the NAR is hashed. */
  readonly hashAlgo?: string;
  /** Base 16. */
  readonly hash?: string;
  readonly impure?: true;
}

/** Shows derivations by their paths, as plain data for `JSON.stringify`. Source: Nix's `show-derivation.cc`. */
export function showDerivations(derivations: ReadonlyMap<DrvPath, Derivation>): Readonly<Record<DrvPath, ShownDerivation>> {
  return Object.fromEntries(sortedEntries(derivations).map(([drvPath, drv]) => [drvPath, showDerivation(drv)]));
}

function showDerivation(drv: Derivation): ShownDerivation {
  return {
    outputs: Object.fromEntries(sortedEntries(drv.outputs).map(([name]) => [name, showOutput(drv, name)])),
    inputSrcs: [...drv.inputSrcs].sort(),
    inputDrvs: Object.fromEntries(sortedEntries(drv.inputDrvs).map(([drvPath, names]) => [drvPath, [...names].sort()])),
    system: drv.platform,
    builder: drv.builder,
    args: drv.args,
    env: Object.fromEntries(sortedEntries(drv.env)),
  };
}

function showOutput(drv: Derivation, name: string): ShownOutput {
  const output = drv.outputs.get(name);
  const path = staticOutputPath(drv, name);
  switch (output?.kind) {
    case undefined:
    case 'deferred':
      return {};
    case 'input-addressed':
      return { path: output.path };
    case 'fixed':
      return { ...(path === undefined ? {} : { path }), hashAlgo: methodAlgorithm(output), hash: output.hash.hex };
    case 'floating':
      return { hashAlgo: methodAlgorithm(output) };
    case 'impure':
      return { hashAlgo: methodAlgorithm(output), impure: true };
  }
}
