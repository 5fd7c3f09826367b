/**
 * What a recipe can be made of. Interpolating an ingredient into a recipe's text is what makes it an input of the build;
 * nothing is listed twice.
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

/** Where a source comes from, for people; nothing that is built depends on it. */
export interface SourceOrigin {
  /** An SPDX licence expression. */
  readonly licence?: string;
  readonly homepage?: string;
  /** Where upstream publishes its releases. */
  readonly releases?: string;
  /** What Debian took out or put together, where the file is not upstream's own. */
  readonly changedByDebian?: string;
}

/** A tarball as its authors, or Debian, published it, pinned by hash and size, wherever its bytes come from. */
export interface Source extends SourceOrigin {
  readonly kind: 'source';
  /** The project's name, `musl`. */
  readonly name: string;
  readonly version: string;
  /** The name its store path ends in, `musl-1.2.5.tar.gz`. */
  readonly file: string;
  /** In bytes; tells a truncated download from a wrong one before hashing. */
  readonly size: number;
  /** Of the file's bytes. */
  readonly sha256: Sha256;
  /** Where the bytes are, in the order to try. */
  readonly locations: readonly SourceLocation[];
}

export type SourceLocation =
  /** A whole URL. */
  | { readonly kind: 'url'; readonly url: string }
  /** A path below a Debian mirror's root, `pool/main/m/musl/…`; which mirror is the machine's business. */
  | { readonly kind: 'debian'; readonly path: string };

/** A file or directory that lies beside the recipe: C code, patches. Added to the store by the hash of its NAR. */
export interface Local {
  readonly kind: 'local';
  /** The `file:` URL of the file or directory. */
  readonly url: string;
  /** The name its store path ends in. */
  readonly name: string;
  /** For a directory: which of its entries (names at its top) are taken; all when left out. */
  readonly only?: readonly string[] | undefined;
  /** For a text in hexadecimal: how many bytes it stands for. They, executable, are what the store gets. */
  readonly hexBytes?: number | undefined;
  /** Where the recipe names it. */
  readonly location?: Location | undefined;
}

/**
 * A program that may come from outside the chain: the seed. Without a file from the user it is what the chain itself makes
 * in its place, so that derivations have the same paths on every machine.
 */
export interface Seed {
  readonly kind: 'seed';
  /** What it is called on the command line and in its store path, `tcc`. */
  readonly name: string;
  /** The output of the chain that is taken when the user gives no file. */
  readonly default: OutputRef | undefined;
}

export type Ingredient = OutputRef | Source | Local | Seed;

/** What may stand in `${…}` of a recipe's text. A list is joined by spaces. */
export type Interpolated = string | number | Text | Ingredient | AnyRecipe | readonly Interpolated[];

/** Text with ingredients in it: what `sh` and `text` make. */
export interface Text {
  readonly kind: 'text';
  readonly parts: readonly (string | Ingredient)[];
}
