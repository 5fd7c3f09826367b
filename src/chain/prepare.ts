import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Derivation, DrvPath, StorePath } from '../formats/index.js';
import {
  ingredientsOf,
  Instantiator,
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
import { addTreeOnce, attemptAsync, type Store } from '../store/index.js';

/** A target as derivations. */
export interface PreparedTarget extends Target {
  readonly build: Instantiated;
  readonly test: Instantiated | undefined;
}

/** A chain as derivations, with what it takes from outside already in the store, sources excepted. */
export interface PreparedChain {
  readonly defaultTarget: string;
  readonly targets: readonly PreparedTarget[];
  /** Every derivation of the chain, tests included. */
  readonly derivations: ReadonlyMap<DrvPath, Derivation>;
  /** Every source of the chain, by its store path. */
  readonly sources: ReadonlyMap<StorePath, Source>;
  /** Where the store has the chain's local files and seeds. */
  readonly external: ReadonlyMap<Local | Seed, StorePath>;
}

/**
 * Adds the chain's local files to the store, gets the seeds' paths from `seedPath`, and turns every recipe into its
 * derivation.
 */
export async function prepareChain(chain: Chain, store: Store, seedPath: (seed: Seed) => Promise<Result<StorePath>>): Promise<Result<PreparedChain>> {
  const external = new Map<Local | Seed, StorePath>();
  const sources = new Map<StorePath, Source>();
  for (const ingredient of allIngredients(chain)) {
    if (ingredient.kind === 'source') sources.set(sourcePath(ingredient), ingredient);
    if (ingredient.kind !== 'local' && ingredient.kind !== 'seed') continue;
    const path = ingredient.kind === 'seed' ? await seedPath(ingredient) : await addLocal(ingredient, store);
    if (!path.ok) return path;
    external.set(ingredient, path.value);
  }

  const pathOf = (ingredient: Local | Seed): StorePath => external.get(ingredient)!;
  const instantiator = new Instantiator({ local: pathOf, seed: pathOf });
  const targets = chain.targets.map((target): PreparedTarget => {
    const { test } = target.recipe;
    return { ...target, build: instantiator.instantiate(target.recipe), test: test === undefined ? undefined : instantiator.instantiate(test) };
  });
  const derivations = new Map([...allRecipes(chain)].map((recipe) => instantiator.instantiate(recipe)).map(({ drvPath, drv }) => [drvPath, drv]));
  return ok({ defaultTarget: chain.defaultTarget, targets, derivations, sources, external });
}

/** The seeds that a chain starts from. */
export function seedsOf(chain: Chain): readonly Seed[] {
  return [...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'seed');
}

/** The tarballs that a chain's recipes and its seeds are made of, each once, in the order they are first needed. */
export function sourcesOf(chain: Chain): readonly Source[] {
  const sources = [...allIngredients(chain)].flatMap((ingredient) => {
    if (ingredient.kind === 'source') return [ingredient];
    return ingredient.kind === 'seed' && ingredient.from !== undefined ? [ingredient.from] : [];
  });
  return [...new Map(sources.map((source) => [sourcePath(source), source])).values()];
}

/** Every recipe that the chain's targets and their tests need, themselves included. */
function allRecipes(chain: Chain): ReadonlySet<AnyRecipe> {
  const found = new Set<AnyRecipe>();
  for (const { recipe } of chain.targets) found.add(recipe);
  // A set grows while it is walked: what is added last is walked last.
  for (const recipe of found) {
    if (recipe.test !== undefined) found.add(recipe.test);
    for (const ingredient of ingredientsOf(recipe)) if (ingredient.kind === 'output') found.add(ingredient.recipe);
  }
  return found;
}

function allIngredients(chain: Chain): ReadonlySet<Ingredient> {
  return new Set([...allRecipes(chain)].flatMap(ingredientsOf));
}

async function addLocal(local: Local, store: Store): Promise<Result<StorePath>> {
  const file = fileURLToPath(local.url);
  if (local.hexBytes !== undefined) return addHexProgram(local.name, file, local.hexBytes, store);
  return addTreeOnce(store, local.name, file, { only: local.only });
}

async function addHexProgram(name: string, file: string, bytes: number, store: Store): Promise<Result<StorePath>> {
  const text = await attemptAsync('read', file, () => readFile(file, 'latin1'));
  if (!text.ok) return text;
  const program = readHex(text.value, file, bytes);
  if (!program.ok) return program;
  const scratch = store.tempDir();
  if (!scratch.ok) return scratch;
  const binary = join(scratch.value, name);
  const written = await attemptAsync('write', binary, () => writeFile(binary, program.value, { mode: 0o700 }));
  return written.ok ? addTreeOnce(store, name, binary) : written;
}
