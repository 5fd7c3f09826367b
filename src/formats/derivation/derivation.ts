/**
 * A derivation: what Nix calls the complete, closed description of one build. Source: Nix manual, "Derivations", and
 * Nix's `derivations.cc`.
 */
import type { Hash, HashAlgorithm } from '../hash.js';
import { makeContentPath, type DrvPath, type FileIngestionMethod, type StorePath } from '../store-path.js';

export interface Derivation {
  /** Without `.drv`; kept in the file's name only, not in its text. */
  readonly name: string;
  readonly outputs: ReadonlyMap<string, DerivationOutput>;
  /** Derivations whose outputs are needed, and which outputs of each. */
  readonly inputDrvs: ReadonlyMap<DrvPath, readonly string[]>;
  /** Input store paths that are not outputs of derivations: sources, and after resolution all inputs. */
  readonly inputSrcs: readonly StorePath[];
  /** `x86_64-linux` and the like. */
  readonly platform: string;
  /** Absolute path of the program to run; it may be a placeholder followed by a path. */
  readonly builder: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** The kinds of output in Nix 2.8. */
export type DerivationOutput =
  /** The path is a hash of the derivation itself. */
  | { readonly kind: 'input-addressed'; readonly path: StorePath }
  /** The hash of the content is known in advance, as for downloads. */
  | { readonly kind: 'fixed'; readonly method: FileIngestionMethod; readonly hash: Hash }
  /** The path is a hash of the content, known after the build; every Zilch recipe makes these. */
  | { readonly kind: 'floating'; readonly method: FileIngestionMethod; readonly algorithm: HashAlgorithm }
  /** Like floating, but built again every time and never registered as this derivation's. Zilch makes none. */
  | { readonly kind: 'impure'; readonly method: FileIngestionMethod; readonly algorithm: HashAlgorithm }
  /** Input-addressed, but with a floating input, so the path is not known yet. */
  | { readonly kind: 'deferred' };

/** The name of an output's store path: the derivation's name, followed by the output's name unless that is `out`. */
export function outputPathName(drvName: string, outputName: string): string {
  return outputName === 'out' ? drvName : `${drvName}-${outputName}`;
}

/** The path of an output if it is known before the build; `undefined` except for fixed and input-addressed outputs. */
export function staticOutputPath(drv: Derivation, outputName: string): StorePath | undefined {
  const output = drv.outputs.get(outputName);
  switch (output?.kind) {
    case undefined:
    case 'floating':
    case 'impure':
    case 'deferred':
      return undefined;
    case 'input-addressed':
      return output.path;
    case 'fixed':
      return makeContentPath(outputPathName(drv.name, outputName), output.method, output.hash);
  }
}
