import {
  derivationPath,
  downstreamPlaceholder,
  outputPlaceholder,
  type Derivation,
  type DerivationOutput,
  type DrvPath,
  type StorePath,
} from '../formats/index.js';
import type { Flake, Ingredient, Local, OutputRef, Seed, Text } from './ingredient.js';
import { RecipeError } from './recipe-error.js';
import { ingredientsOf, type AnyRecipe } from './recipe.js';
import { sourcePath } from './source.js';

/** Every recipe is for this system; another system would need another chain. */
export const PLATFORM = 'x86_64-linux';

/** Store paths that depend on files on disk: hash the trees and the seed before instantiating. */
export interface ExternalPaths {
  readonly local: (local: Local) => StorePath;
  /** The path of the user's seed; `undefined` for the chain's own. */
  readonly seed: (seed: Seed) => StorePath | undefined;
  /** Left out where no recipe has one. */
  readonly flake?: (flake: Flake) => StorePath;
}

/** A recipe as a derivation. */
export interface Instantiated {
  readonly recipe: AnyRecipe;
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
}

/** Turns recipes into derivations, with the same bytes that real Nix would write. Each recipe is instantiated once. */
export class Instantiator {
  private readonly done = new Map<AnyRecipe, Instantiated>();

  constructor(private readonly external: ExternalPaths) {}

  /** The derivation of a recipe; instantiates its inputs on the way. */
  instantiate(recipe: AnyRecipe): Instantiated {
    const known = this.done.get(recipe);
    if (known !== undefined) return known;
    const drv = this.derivation(recipe);
    const instantiated = { recipe, drv, drvPath: derivationPath(drv) };
    this.done.set(recipe, instantiated);
    return instantiated;
  }

  private derivation(recipe: AnyRecipe): Derivation {
    const inputDrvs = new Map<DrvPath, string[]>();
    const inputSrcs = new Set<StorePath>();
    for (const ingredient of ingredientsOf(recipe)) {
      const output = this.outputOf(ingredient);
      if (output === undefined) {
        inputSrcs.add(this.pathOf(ingredient));
        continue;
      }
      const { drvPath } = this.instantiate(output.recipe);
      const names = inputDrvs.get(drvPath) ?? [];
      if (!names.includes(output.outputName)) names.push(output.outputName);
      inputDrvs.set(drvPath, names);
    }
    const outputs = new Map(
      recipe.outputNames.map((name): [string, DerivationOutput] => [name, { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]),
    );
    const builder = this.render(recipe.builder);
    const env = new Map<string, string>([...recipe.env].map(([key, value]) => [key, this.render(value)]));
    // What Nix's `derivation` function adds by itself.
    env
      .set('name', recipe.drvName)
      .set('builder', builder)
      .set('system', PLATFORM)
      .set('outputHashAlgo', 'sha256')
      .set('outputHashMode', 'recursive');
    if (recipe.outputNames.length > 1 || recipe.outputNames[0] !== 'out') env.set('outputs', recipe.outputNames.join(' '));
    for (const name of recipe.outputNames) env.set(name, outputPlaceholder(name));
    return {
      name: recipe.drvName,
      outputs,
      inputDrvs,
      inputSrcs: [...inputSrcs].sort(),
      platform: PLATFORM,
      builder,
      args: recipe.args.map((arg) => this.render(arg)),
      env,
    };
  }

  private render(text: Text): string {
    return text.parts.map((part) => (typeof part === 'string' ? part : this.pathOf(part))).join('');
  }

  /** The output that an ingredient is, if it is one. A seed that the user did not give is an output of the chain. */
  private outputOf(ingredient: Ingredient): OutputRef | undefined {
    if (ingredient.kind === 'output') return ingredient;
    return ingredient.kind === 'seed' && this.external.seed(ingredient) === undefined ? defaultOf(ingredient) : undefined;
  }

  /** A store path, or the placeholder of one that is not known yet. */
  private pathOf(ingredient: Ingredient): StorePath {
    switch (ingredient.kind) {
      case 'output':
        return downstreamPlaceholder(this.instantiate(ingredient.recipe).drvPath, ingredient.outputName) as StorePath;
      case 'source':
        return sourcePath(ingredient);
      case 'local':
        return this.external.local(ingredient);
      case 'flake':
        if (this.external.flake === undefined) throw new Error(`Internal error: the flake ${ingredient.name} was not made`);
        return this.external.flake(ingredient);
      case 'seed':
        return this.external.seed(ingredient) ?? this.pathOf(defaultOf(ingredient));
    }
  }
}

function defaultOf(seed: Seed): OutputRef {
  if (seed.default !== undefined) return seed.default;
  throw new RecipeError(`the seed "${seed.name}" has no default`, 'give a static TinyCC with --seed FILE');
}
