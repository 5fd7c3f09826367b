import { checkName, makeContentPath, parseSha256, sha256Hash, type StorePath } from '../formats/index.js';
import type { Flake, Local, OutputRef, Seed, Source, SourceLocation, SourceOrigin } from './ingredient.js';
import type { AnyRecipe } from './recipe.js';
import { callerLocation, RecipeError } from './recipe-error.js';

export interface SourceSpec {
  readonly name: string;
  readonly version: string;
  /** The name its store path ends in; by default `<name>-<version>` and the ending of the first location. */
  readonly file?: string;
  /** In bytes. */
  readonly size: number;
  /** 64 lower-case hexadecimal digits, of the file's bytes. */
  readonly sha256: string;
  /** Path below a Debian mirror's root, `pool/main/…`. */
  readonly debian?: string;
  /** Whole URLs with the same bytes. */
  readonly urls?: readonly string[];
  /** An SPDX licence expression. */
  readonly licence?: string;
  readonly homepage?: string;
  /** Where upstream publishes its releases: a page for people. */
  readonly releases?: string;
  /** Debian's changes, if the file is not upstream's own. */
  readonly changedByDebian?: string;
}

/** Pins a tarball. Throws a `RecipeError` if the hash or the name is malformed, or if it has no location. */
export function source(spec: SourceSpec): Source {
  const hash = parseSha256(spec.sha256);
  if (!hash.ok) throw new RecipeError(`source ${spec.name}: ${hash.failure.message}`);
  const urls = (spec.urls ?? []).map((url): SourceLocation => ({ kind: 'url', url }));
  // A Debian mirror is near, never moves a file, and saves the authors' servers work.
  const locations = spec.debian === undefined ? urls : [{ kind: 'debian', path: spec.debian } as const, ...urls];
  const first = spec.urls?.[0] ?? spec.debian;
  if (first === undefined) throw new RecipeError(`source ${spec.name} has neither \`debian\` nor \`urls\``, 'say where to fetch it');
  const ending = /(\.tar)?\.[a-z0-9]+$/.exec(first)?.[0] ?? '';
  const file = spec.file ?? `${spec.name}-${spec.version}${ending}`;
  const named = checkName(file);
  if (!named.ok) throw new RecipeError(`source ${spec.name}: ${named.failure.message}`, 'give it another `file` name');
  return { kind: 'source', name: spec.name, version: spec.version, file, size: spec.size, sha256: hash.value, locations, ...originOf(spec) };
}

function originOf({ licence, homepage, releases, changedByDebian }: SourceSpec): SourceOrigin {
  return {
    ...(licence === undefined ? {} : { licence }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(releases === undefined ? {} : { releases }),
    ...(changedByDebian === undefined ? {} : { changedByDebian }),
  };
}

/** A source's store path: content-addressed by the file's own hash, so it is known before a byte is fetched. */
export function sourcePath(source: Source): StorePath {
  return makeContentPath(source.file, 'flat', sha256Hash(source.sha256));
}

/** A file or directory beside the recipe: `local(import.meta.url, './fork.patch')`. */
export function local(base: string, relative: string, options: { readonly name?: string; readonly only?: readonly string[] } = {}): Local {
  if (!URL.canParse(relative, base))
    throw new RecipeError(`local(${JSON.stringify(base)}, …) does not say beside what`, "write local(import.meta.url, './file')");
  const url = new URL(relative, base).href;
  const name = options.name ?? url.replace(/\/$/, '').replace(/^.*\//, '');
  const named = checkName(name);
  if (!named.ok) throw new RecipeError(named.failure.message, 'give it a `name` of its own');
  return { kind: 'local', url, name, only: options.only, location: callerLocation() };
}

/**
 * A program that is a text beside the recipe: hexadecimal digits, with spaces and line ends anywhere between bytes and
 * comments from `#` to the end of the line. The store gets its bytes, executable. `bytes` is how many there must be.
 */
export function hexProgram(base: string, relative: string, options: { readonly name: string; readonly bytes: number }): Local {
  return { ...local(base, relative, { name: options.name }), hexBytes: options.bytes };
}

/** These recipes, which must be targets of the chain, and all they need, as a flake. */
export function flake(name: string, recipes: () => readonly AnyRecipe[]): Flake {
  const named = checkName(name);
  if (!named.ok) throw new RecipeError(named.failure.message, 'give it another name');
  return { kind: 'flake', name, recipes };
}

/**
 * A program that `--seed` may bring from outside the chain. Otherwise it is an output of the chain; for a recipe, its
 * first output. A chain should have only one seed, `tcc`.
 */
export function seed(name: string, options: { readonly default?: OutputRef | AnyRecipe } = {}): Seed {
  const { default: given } = options;
  return { kind: 'seed', name, default: given?.kind === 'recipe' ? given.defaultOutput : given };
}
