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
  /** Store paths needed that no derivation makes: sources, and after resolution all inputs. */
  readonly inputSrcs: readonly StorePath[];
  /** `x86_64-linux` and the like. */
  readonly platform: string;
  /** Absolute path of the program to run; it may be a placeholder followed by a path. */
  readonly builder: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** The kinds of output that Nix 2.8 knows. */
export type DerivationOutput =
  /** The path is a hash of the derivation itself. */
  | { readonly kind: 'input-addressed'; readonly path: StorePath }
  /** The content is known in advance by its hash, as for downloads. */
  | { readonly kind: 'fixed'; readonly method: FileIngestionMethod; readonly hash: Hash }
  /** The path is a hash of the content, known after the build: what every Zilch recipe makes. */
  | { readonly kind: 'floating'; readonly method: FileIngestionMethod; readonly algorithm: HashAlgorithm }
  /** Like floating, but built anew every time and never registered as this derivation's. Zilch makes none. */
  | { readonly kind: 'impure'; readonly method: FileIngestionMethod; readonly algorithm: HashAlgorithm }
  /** Input-addressed, but below something floating, so not known yet. */
  | { readonly kind: 'deferred' };

/** The name of an output's store path: the derivation's own for `out`, else with the output's name behind it. */
export function outputPathName(drvName: string, outputName: string): string {
  return outputName === 'out' ? drvName : `${drvName}-${outputName}`;
}

/** Where an output will lie if that is known before it is built; `undefined` for all but fixed and input-addressed ones. */
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
