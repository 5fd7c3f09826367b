import {
  derivationPath,
  downstreamPlaceholder,
  outputPlaceholder,
  type Derivation,
  type DerivationOutput,
  type DrvPath,
  type StorePath,
} from '../formats/index.js';
import type { Ingredient, Local, Seed, Text } from './ingredient.js';
import { ingredientsOf, type AnyRecipe } from './recipe.js';
import { sourcePath } from './source.js';

/** Every recipe is for this system; a chain for another would be another chain. */
export const PLATFORM = 'x86_64-linux';

/** Store paths of what only the disk knows: hash the trees and the seed first, then instantiate. */
export interface ExternalPaths {
  readonly local: (local: Local) => StorePath;
  readonly seed: (seed: Seed) => StorePath;
}

/** A recipe as a derivation. */
export interface Instantiated {
  readonly recipe: AnyRecipe;
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
}

/** Turns recipes into derivations, the same bytes real Nix would write for them. Each recipe is done once. */
export class Instantiator {
  private readonly done = new Map<AnyRecipe, Instantiated>();

  constructor(private readonly external: ExternalPaths) {}

  /** The derivation of a recipe, and on the way those of all it needs. */
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
      if (ingredient.kind === 'output') {
        const { drvPath } = this.instantiate(ingredient.recipe);
        const names = inputDrvs.get(drvPath) ?? [];
        if (!names.includes(ingredient.outputName)) names.push(ingredient.outputName);
        inputDrvs.set(drvPath, names);
      } else {
        inputSrcs.add(this.pathOf(ingredient));
      }
    }
    const outputs = new Map(
      recipe.outputNames.map((name): [string, DerivationOutput] => [name, { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]),
    );
    const builder = this.render(recipe.builder);
    const env = new Map<string, string>([...recipe.env].map(([key, value]) => [key, this.render(value)]));
    // What Nix's `derivation` function adds of itself.
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

  /** A store path, or the placeholder of one that is not known yet. */
  private pathOf(ingredient: Ingredient): StorePath {
    switch (ingredient.kind) {
      case 'output':
        return downstreamPlaceholder(this.instantiate(ingredient.recipe).drvPath, ingredient.outputName) as StorePath;
      case 'source':
        return sourcePath(ingredient);
      case 'local':
        return this.external.local(ingredient);
      case 'seed':
        return this.external.seed(ingredient);
    }
  }
}
