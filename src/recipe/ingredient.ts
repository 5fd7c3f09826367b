/**
 * What a recipe can be made of. An ingredient becomes an input of the build when it is interpolated into a recipe's
 * text; nothing is listed twice.
 */
import type { Sha256 } from '../formats/index.js';
import type { AnyRecipe } from './recipe.js';
import type { Location } from './recipe-error.js';

/** One output of another recipe. */
export interface OutputRef {
  readonly kind: 'output';
  readonly recipe: AnyRecipe;
  readonly outputName: string;
}

/** Where a source comes from, for people; no build depends on it. */
export interface SourceOrigin {
  /** An SPDX licence expression. */
  readonly licence?: string;
  readonly homepage?: string;
  /** Where upstream publishes its releases. */
  readonly releases?: string;
  /** Debian's changes, if the file is not upstream's own. */
  readonly changedByDebian?: string;
}

/**
 * A tarball as its authors or Debian published it, pinned by hash and size, independent of where its bytes come from.
 */
export interface Source extends SourceOrigin {
  readonly kind: 'source';
  /** The project's name, `musl`. */
  readonly name: string;
  readonly version: string;
  /** The name its store path ends in, `musl-1.2.5.tar.gz`. */
  readonly file: string;
  /** In bytes; distinguishes a truncated download from a wrong one before hashing. */
  readonly size: number;
  /** Of the file's bytes. */
  readonly sha256: Sha256;
  /** Where to fetch the bytes, in the order to try. */
  readonly locations: readonly SourceLocation[];
}

export type SourceLocation =
  /** A whole URL. */
  | { readonly kind: 'url'; readonly url: string }
  /** A path below a Debian mirror's root, `pool/main/m/musl/…`; the machine's configuration decides which mirror. */
  | { readonly kind: 'debian'; readonly path: string };

/** A file or directory beside the recipe, such as C code or a patch. Added to the store by the hash of its NAR. */
export interface Local {
  readonly kind: 'local';
  /** The `file:` URL of the file or directory. */
  readonly url: string;
  /** The name its store path ends in. */
  readonly name: string;
  /** For a directory: the entries to take (names at its top); all when left out. */
  readonly only?: readonly string[] | undefined;
  /** For a text in hexadecimal: its number of bytes. The store gets these bytes, executable. */
  readonly hexBytes?: number | undefined;
  /** Where the recipe names it. */
  readonly location?: Location | undefined;
}

/**
 * A program that may come from outside the chain: the seed. If the user gives no file, an output of the chain replaces
 * it, so derivations have the same paths on every machine.
 */
export interface Seed {
  readonly kind: 'seed';
  /** Its name on the command line and in its store path, `tcc`. */
  readonly name: string;
  /** The output of the chain to use when the user gives no file. */
  readonly default: OutputRef | undefined;
}

/**
 * Targets of the chain as a flake, to be taken along: three Nix expressions that Nix evaluates, where the store has the chain's sources and
 * local files, to these derivations. The recipe that takes it along may be among them.
 */
export interface Flake {
  readonly kind: 'flake';
  /** The name its store path ends in. */
  readonly name: string;
  /** Asked when the whole chain is known. */
  readonly recipes: () => readonly AnyRecipe[];
}

export type Ingredient = OutputRef | Source | Local | Seed | Flake;

/** What may stand in `${…}` of a recipe's text. A list is joined by spaces. */
export type Interpolated = string | number | Text | Ingredient | AnyRecipe | readonly Interpolated[];

/** Text with ingredients in it: what `sh` and `text` make. */
export interface Text {
  readonly kind: 'text';
  readonly parts: readonly (string | Ingredient)[];
}
