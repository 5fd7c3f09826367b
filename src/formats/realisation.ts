/**
 * A realisation says which store path an output of a floating content-addressed derivation turned out to be. Source:
 * Nix's `realisation.hh` and the table `Realisations` of its database.
 */
import type { Sha256 } from './hash.js';
import type { StorePath } from './store-path.js';

/** Names an output by the derivation's hash modulo fixed outputs, so that it holds for every equal derivation. */
export interface DrvOutputId {
  readonly drvHash: Sha256;
  readonly outputName: string;
}

export interface Realisation {
  readonly id: DrvOutputId;
  readonly outPath: StorePath;
  /** `key-name:base64` each. */
  readonly signatures: readonly string[];
  /** The realisations this one was built from, where the output refers to theirs. */
  readonly dependentRealisations: ReadonlyMap<string, StorePath>;
}

/** Writes `sha256:<hex>!<output>`, the text form of an id. */
export function formatDrvOutputId({ drvHash, outputName }: DrvOutputId): string {
  return `sha256:${drvHash}!${outputName}`;
}
