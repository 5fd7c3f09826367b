/** Recipes as their authors wrote them; derivations have only the result. */
import type { LoadedChain } from '../chain/index.js';
import { neededOutputs, type AnyRecipe, type Chain, type Ingredient } from '../recipe/index.js';
import type { RecipeFacts } from '../report/index.js';

/** A recipe's script, with `${name}` for other recipes, sources and local files; `undefined` if it has none. */
export function scriptOf({ chain }: LoadedChain, { id, isTarget, name, version }: RecipeFacts): string | undefined {
  const target = isTarget ? chain.targets.find((one) => one.name === id)?.recipe : undefined;
  const recipe = target ?? recipesByName(chain).get(version === undefined ? name : `${name}-${version}`);
  return recipe?.script?.parts.map((part) => (typeof part === 'string' ? part : `\${${nameOf(part)}}`)).join('');
}

function nameOf(ingredient: Ingredient): string {
  switch (ingredient.kind) {
    case 'output':
      return ingredient.outputName === 'out' ? ingredient.recipe.name : `${ingredient.recipe.name}.${ingredient.outputName}`;
    case 'source':
      return ingredient.file;
    case 'local':
    case 'seed':
    case 'flake':
      return ingredient.name;
  }
}

/** Recipes by the names of their derivations, for recipes that are no targets. */
export function recipesByName(chain: Chain): ReadonlyMap<string, AnyRecipe> {
  const found = new Set<AnyRecipe>(chain.targets.map(({ recipe }) => recipe));
  for (const recipe of found) for (const needed of neededOutputs(recipe)) found.add(needed.recipe);
  return new Map([...found].map((recipe) => [recipe.drvName, recipe]));
}
