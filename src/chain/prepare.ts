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
import type { LoadedChain } from './load.js';
import { bytesOf, rememberDerived, type Derived } from './memory.js';
import { addProgram, addTreeOnce, attemptAsync, treePath, type Store } from '../store/index.js';

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
  /** Where the store has the chain's local files, and the seed that the user gave. */
  readonly external: ReadonlyMap<Local | Seed, StorePath>;
}

/** A chain, and where its file is, if what it gives is to be remembered. */
export type PreparedFrom = Pick<LoadedChain, 'chain'> & Partial<Pick<LoadedChain, 'file' | 'remembered'>>;

/** As `Derived`, with the seed that the user gave. */
interface FromOutside {
  readonly external: ReadonlyMap<Local | Seed, StorePath>;
  readonly sources: ReadonlyMap<StorePath, Source>;
  readonly instantiated: readonly Instantiated[];
}

/**
 * Adds the chain's local files to the store (unless that is read-only), and turns every recipe into its derivation. `givenSeed` is the store path of
 * the seed that the user gave, which takes the place of the chain's own.
 */
export async function prepareChain(loaded: PreparedFrom, store: Store, givenSeed?: StorePath): Promise<Result<PreparedChain>> {
  const { chain } = loaded;
  if (givenSeed !== undefined) {
    const derived = await derive(chain, store, givenSeed);
    return derived.ok ? ok(prepared(chain, derived.value)) : derived;
  }
  const recalled = loaded.remembered?.derived();
  if (recalled !== undefined) {
    const added = await addMissing(recalled.external, store);
    return added.ok ? ok(prepared(chain, recalled)) : added;
  }
  const before = bytesOf([...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'local'));
  const derived = await derive(chain, store, undefined);
  if (!derived.ok) return derived;
  if (loaded.file !== undefined) rememberDerived(loaded.file, chain, before, derived.value as Derived);
  return ok(prepared(chain, derived.value));
}

function prepared(chain: Chain, { external, sources, instantiated }: FromOutside): PreparedChain {
  const byRecipe = new Map(instantiated.map((one) => [one.recipe, one]));
  const targets = chain.targets.map((target): PreparedTarget => {
    const { test } = target.recipe;
    return { ...target, build: byRecipe.get(target.recipe)!, test: test === undefined ? undefined : byRecipe.get(test) };
  });
  const derivations = new Map(instantiated.map(({ drvPath, drv }) => [drvPath, drv]));
  return { defaultTarget: chain.defaultTarget, targets, derivations, sources, external };
}

/** Adds the chain's local files to the store, and makes the derivations. */
async function derive(chain: Chain, store: Store, givenSeed: StorePath | undefined): Promise<Result<FromOutside>> {
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
  return ok({ external, sources, instantiated: [...instantiateChain(chain, external).values()] });
}

/** Adds the local files that this store lacks. */
async function addMissing(external: Derived['external'], store: Store): Promise<Result<void>> {
  for (const [local, path] of external) {
    if (store.readOnly || store.isValid(path)) continue;
    const added = await localPath(local, store);
    if (!added.ok) return added;
  }
  return ok(undefined);
}

/** The derivations of all recipes of a chain, tests included; with a seed that `external` names, else with the chain's own. */
export function instantiateChain(chain: Chain, external: PreparedChain['external']): ReadonlyMap<AnyRecipe, Instantiated> {
  const instantiator = new Instantiator({ local: (local) => external.get(local)!, seed: (seed) => external.get(seed) });
  return new Map([...allRecipes(chain)].map((recipe) => [recipe, instantiator.instantiate(recipe)]));
}

/** The seeds that a chain starts from, or that may take the place of what it starts from. */
export function seedsOf(chain: Chain): readonly Seed[] {
  return [...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'seed');
}

/** The tarballs that a chain's recipes are made of, each once, in the order they are first needed. */
export function sourcesOf(chain: Chain): readonly Source[] {
  const sources = [...allIngredients(chain)].filter((ingredient) => ingredient.kind === 'source');
  return [...new Map(sources.map((source) => [sourcePath(source), source])).values()];
}

/** Every recipe that the chain's targets and their tests need, themselves included. */
function allRecipes(chain: Chain): ReadonlySet<AnyRecipe> {
  const found = new Set<AnyRecipe>();
  for (const { recipe } of chain.targets) found.add(recipe);
  // A set grows while it is walked: what is added last is walked last.
  for (const recipe of found) {
    if (recipe.test !== undefined) found.add(recipe.test);
    for (const needed of neededOutputs(recipe)) found.add(needed.recipe);
  }
  return found;
}

function allIngredients(chain: Chain): ReadonlySet<Ingredient> {
  return new Set([...allRecipes(chain)].flatMap(ingredientsOf));
}

/** Adds a local file to the store; where nothing may be added, its path is all there is to know. */
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
