import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Derivation, DrvPath, StorePath } from '../formats/index.js';
import {
  ingredientsOf,
  Instantiator,
  neededOutputs,
  readHex,
  sourcePath,
  type AnyRecipe,
  type Chain,
  type Ingredient,
  type Instantiated,
  type Local,
  type Seed,
  type Source,
  type Target,
} from '../recipe/index.js';
import { ok, type Result } from '../result.js';
import { addProgram, addTreeOnce, attemptAsync, treePath, type Store } from '../store/index.js';

/** A target as derivations. */
export interface PreparedTarget extends Target {
  readonly build: Instantiated;
  readonly test: Instantiated | undefined;
}

/** A chain as derivations, with its outside inputs already in the store, except sources. */
export interface PreparedChain {
  readonly defaultTarget: string;
  readonly targets: readonly PreparedTarget[];
  /** Every derivation of the chain, including tests. */
  readonly derivations: ReadonlyMap<DrvPath, Derivation>;
  /** Every source of the chain, by store path. */
  readonly sources: ReadonlyMap<StorePath, Source>;
  /** Store paths of the chain's local files and of the user's seed. */
  readonly external: ReadonlyMap<Local | Seed, StorePath>;
}

/**
 * Adds the chain's local files to the store (unless that is read-only), and turns every recipe into its derivation.
 * `givenSeed` is the store path of the user's seed, which replaces the chain's own.
 */
export async function prepareChain(chain: Chain, store: Store, givenSeed?: StorePath): Promise<Result<PreparedChain>> {
  const external = new Map<Local | Seed, StorePath>();
  const sources = new Map<StorePath, Source>();
  for (const ingredient of allIngredients(chain)) {
    if (ingredient.kind === 'source') sources.set(sourcePath(ingredient), ingredient);
    if (ingredient.kind === 'seed' && givenSeed !== undefined) external.set(ingredient, givenSeed);
    if (ingredient.kind !== 'local') continue;
    const path = await localPath(ingredient, store);
    if (!path.ok) return path;
    external.set(ingredient, path.value);
  }

  const instantiated = instantiateChain(chain, external);
  const targets = chain.targets.map((target): PreparedTarget => {
    const { test } = target.recipe;
    return { ...target, build: instantiated.get(target.recipe)!, test: test === undefined ? undefined : instantiated.get(test) };
  });
  const derivations = new Map([...instantiated.values()].map(({ drvPath, drv }) => [drvPath, drv]));
  return ok({ defaultTarget: chain.defaultTarget, targets, derivations, sources, external });
}

/**
 * The derivations of all recipes of a chain, including tests; with the seed that `external` names, else with the
 * chain's own.
 */
export function instantiateChain(chain: Chain, external: PreparedChain['external']): ReadonlyMap<AnyRecipe, Instantiated> {
  const instantiator = new Instantiator({ local: (local) => external.get(local)!, seed: (seed) => external.get(seed) });
  return new Map([...allRecipes(chain)].map((recipe) => [recipe, instantiator.instantiate(recipe)]));
}

/** The seeds of a chain, each of which an outside seed may replace. */
export function seedsOf(chain: Chain): readonly Seed[] {
  return [...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'seed');
}

/** The tarballs of a chain's recipes, each once, in the order of their first use. */
export function sourcesOf(chain: Chain): readonly Source[] {
  const sources = [...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'source');
  return [...new Map(sources.map((source) => [sourcePath(source), source])).values()];
}

/** Every recipe that the chain's targets and their tests need, including themselves. */
function allRecipes(chain: Chain): ReadonlySet<AnyRecipe> {
  const found = new Set<AnyRecipe>();
  for (const { recipe } of chain.targets) found.add(recipe);
  // The set grows during the loop: what is added last is visited last.
  for (const recipe of found) {
    if (recipe.test !== undefined) found.add(recipe.test);
    for (const needed of neededOutputs(recipe)) found.add(needed.recipe);
  }
  return found;
}

function allIngredients(chain: Chain): ReadonlySet<Ingredient> {
  return new Set([...allRecipes(chain)].flatMap(ingredientsOf));
}

/** Adds a local file to the store; if the store is read-only, only computes its path. */
async function localPath({ name, url, only, hexBytes }: Local, store: Store): Promise<Result<StorePath>> {
  const file = fileURLToPath(url);
  if (hexBytes !== undefined) {
    const program = await readHexFile(file, hexBytes);
    return program.ok ? addProgram(store, name, program.value) : program;
  }
  return store.readOnly ? treePath(name, file, { only }) : addTreeOnce(store, name, file, { only });
}

async function readHexFile(file: string, bytes: number): Promise<Result<Buffer>> {
  const text = await attemptAsync('read', file, () => readFile(file, 'latin1'));
  return text.ok ? readHex(text.value, file, bytes) : text;
}
