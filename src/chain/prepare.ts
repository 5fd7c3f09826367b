import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ContentAddress, Derivation, DrvPath, StorePath } from '../formats/index.js';
import { MK_DERIVATION, nixExpression, nixFlake, type ExternalContent } from '../nix-expression/index.js';
import {
  ingredientsOf,
  Instantiator,
  neededOutputs,
  readHex,
  sourcePath,
  type AnyRecipe,
  type Chain,
  type Flake,
  type Ingredient,
  type Instantiated,
  type Local,
  type Seed,
  type Source,
  type Target,
} from '../recipe/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { addProgram, addTexts, addTreeOnce, attemptAsync, programAddress, treeAddress, treePath, type Store } from '../store/index.js';
import { isRecipeError, recipeFailure } from './load.js';
import { place } from './place.js';

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
  /** Where the store has the chain's local files, the seed that the user gave, and flakes of the chain. */
  readonly external: ReadonlyMap<Local | Seed | Flake, StorePath>;
}

/**
 * Adds the chain's local files to the store (unless that is read-only), and turns every recipe into its derivation.
 * `givenSeed` is the store path of the user's seed, which replaces the chain's own.
 */
export async function prepareChain(chain: Chain, store: Store, givenSeed?: StorePath): Promise<Result<PreparedChain>> {
  const external = new Map<Local | Seed | Flake, StorePath>();
  const flakes: Flake[] = [];
  const sources = new Map<StorePath, Source>();
  for (const ingredient of allIngredients(chain)) {
    if (ingredient.kind === 'source') sources.set(sourcePath(ingredient), ingredient);
    if (ingredient.kind === 'seed' && givenSeed !== undefined) external.set(ingredient, givenSeed);
    if (ingredient.kind === 'flake') flakes.push(ingredient);
    if (ingredient.kind !== 'local') continue;
    const path = await localPath(ingredient, store);
    if (!path.ok) return err(ofRecipe(path.failure, ingredient));
    external.set(ingredient, path.value);
  }
  for (const flake of flakes) {
    const path = await flakePath(flake, chain, store, external);
    if (!path.ok) return path;
    external.set(flake, path.value);
  }

  const instantiated = instantiate(chain, external);
  if (!instantiated.ok) return instantiated;
  const derivationOf = (recipe: AnyRecipe): Instantiated => instantiated.value.get(recipe)!;
  const targets = chain.targets.map((target): PreparedTarget => {
    const { test } = target.recipe;
    return { ...target, build: derivationOf(target.recipe), test: test === undefined ? undefined : derivationOf(test) };
  });
  const derivations = new Map([...instantiated.value.values()].map(({ drvPath, drv }) => [drvPath, drv]));
  return ok({ defaultTarget: chain.defaultTarget, targets, derivations, sources, external });
}

/** Some mistakes show only when all is known that a chain takes from outside. */
function instantiate(chain: Chain, external: PreparedChain['external']): Result<ReadonlyMap<AnyRecipe, Instantiated>> {
  try {
    return ok(instantiateChain(chain, external));
  } catch (error) {
    if (!isRecipeError(error)) throw error;
    return err(recipeFailure(error, 'chain.ts'));
  }
}

/** A file that a recipe names and that cannot be had is the recipe's mistake. */
function ofRecipe(failure: Failure, { location, url }: Local): Failure {
  if (location === undefined) return failure;
  const where = place(location, fileURLToPath(url));
  if (failure.code !== 'E_NOT_FOUND') return { ...failure, message: `${where}: ${failure.message}` };
  return { code: 'E_RECIPE', message: `${where}: there is no ${fileURLToPath(url)}`, hint: 'local() names it', cause: failure };
}

/** The derivations of all recipes of a chain, tests included; with a seed that `external` names, else with the chain's own. */
export function instantiateChain(chain: Chain, external: PreparedChain['external']): ReadonlyMap<AnyRecipe, Instantiated> {
  const instantiator = new Instantiator({
    local: (local) => external.get(local)!,
    seed: (seed) => external.get(seed),
    flake: (flake) => external.get(flake)!,
  });
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

/** Adds a flake of the chain to the store. Nix finds sources and local files by their hashes: whoever takes the flake along has them, too. */
async function flakePath(
  { name, recipes }: Flake,
  chain: Chain,
  store: Store,
  external: ReadonlyMap<Local | Seed | Flake, StorePath>,
): Promise<Result<StorePath>> {
  const wanted = new Set(recipes());
  const targets = chain.targets.filter(({ recipe }) => wanted.has(recipe));
  const contents = new Map<Local | Seed, ExternalContent>();
  for (const [one, path] of external) {
    if (one.kind === 'flake') continue;
    const content = await contentOf(one, path, store);
    if (!content.ok) return content;
    contents.set(one, content.value);
  }
  const expression = nixExpression(chain, targets, {
    local: (local) => contents.get(local)!,
    seed: (seed) => contents.get(seed),
    flake: () => undefined,
  });
  if (!expression.ok) return expression;
  const names = targets.map((target) => target.name);
  return addTexts(
    store,
    name,
    new Map([
      ['default.nix', expression.value.text],
      ['flake.nix', nixFlake(chain, names, '/nix/sources')],
      ['mk-derivation.nix', MK_DERIVATION],
    ]),
  );
}

/** What a path is the address of, by the store, or where that has it not yet, by the file. */
async function contentOf(one: Local | Seed, path: StorePath, store: Store): Promise<Result<ExternalContent>> {
  const known = store.pathInfo(path)?.contentAddress;
  if (known !== undefined) return ok({ path, contentAddress: known });
  if (one.kind === 'seed') return fail('E_NOT_VALID', `${path} is not in ${store.root}`, 'build something with this seed first');
  const address = one.hexBytes === undefined ? await treeAddress(fileURLToPath(one.url), { only: one.only }) : await hexAddress(one, one.hexBytes);
  return address.ok ? ok({ path, contentAddress: address.value }) : address;
}

async function hexAddress({ url }: Local, bytes: number): Promise<Result<ContentAddress>> {
  const program = await readHexFile(fileURLToPath(url), bytes);
  return program.ok ? ok(programAddress(program.value)) : program;
}

async function readHexFile(file: string, bytes: number): Promise<Result<Buffer>> {
  const text = await attemptAsync('read', file, () => readFile(file, 'latin1'));
  return text.ok ? readHex(text.value, file, bytes) : text;
}
