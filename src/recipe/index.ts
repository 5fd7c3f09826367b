/** The recipe language: what chains import as `zilch`. */
export type { About, Edit, Patch } from './about.js';
export type { Flake, Ingredient, Interpolated, Local, OutputRef, Seed, Source, SourceLocation, Text } from './ingredient.js';
export { concat, partsOf, sh, text } from './text.js';
export { readHex } from './hex.js';
export { flake, hexProgram, local, seed, source, sourcePath, type SourceSpec } from './source.js';
export {
  fromOutside,
  ingredientsOf,
  neededOutputs,
  recipe,
  recipeWith,
  type AnyRecipe,
  type Recipe,
  type RecipeSpec,
  type ReferenceRules,
  type TestSpec,
} from './recipe.js';
export { chain, type Chain, type Target } from './chain.js';
export { Instantiator, PLATFORM, type ExternalPaths, type Instantiated } from './instantiate.js';
export { callerLocation, RecipeError, type Location } from './recipe-error.js';
export { outputPlaceholder as selfPath } from '../formats/index.js';
