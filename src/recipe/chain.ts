import type { AnyRecipe } from './recipe.js';
import { RecipeError } from './recipe-error.js';

/** A chain's table of contents: what a chain file exports by default. */
export interface Chain {
  readonly kind: 'chain';
  /** The target to build when none is named. */
  readonly defaultTarget: string;
  /** In the order they are written. */
  readonly targets: readonly Target[];
  readonly tools?: ChainTools | undefined;
  /** The targets that are published together, with `zilch release`; the default target alone when left out. */
  readonly release?: readonly string[] | undefined;
}

/** The tools for other derivations when the chain is exported to Nix. */
export interface ChainTools {
  /** A target, and the shell in it: `['busybox', 'bin/ash']`. */
  readonly shell: readonly [target: string, program: string];
  /** Targets whose programs are in PATH. */
  readonly path: readonly string[];
}

/** A recipe under the name users type. */
export interface Target {
  readonly name: string;
  /** The stage it belongs to, `2a-ascent`. */
  readonly stage: string;
  readonly recipe: AnyRecipe;
}

/** Lists what a chain builds, stage by stage; the keys of a stage are target names. */
export function chain(
  defaultTarget: string,
  stages: Readonly<Record<string, Readonly<Record<string, AnyRecipe>>>>,
  { tools, release }: Pick<Chain, 'tools' | 'release'> = {},
): Chain {
  const targets = Object.entries(stages).flatMap(([stage, recipes]) =>
    Object.entries(recipes).map(([name, recipe]): Target => {
      // Recipe files that import each other in a cycle see undefined here, despite the types.
      if ((recipe as AnyRecipe | undefined)?.kind !== 'recipe') {
        throw new RecipeError(
          `target "${name}" of stage "${stage}" is not a recipe`,
          'recipe files that import each other in a cycle see undefined: break the cycle',
        );
      }
      return { name, stage, recipe };
    }),
  );
  const names = targets.map((target) => target.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RecipeError(`two targets are called "${twice}"`);
  if (!names.includes(defaultTarget)) throw new RecipeError(`the default target "${defaultTarget}" is not in the chain`);
  const unknown = tools === undefined ? undefined : [tools.shell[0], ...tools.path].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RecipeError(`"${unknown}" of the chain's tools is not a target`);
  const absent = release?.find((name) => !names.includes(name));
  if (absent !== undefined) throw new RecipeError(`"${absent}" of what is released is not a target`);
  return { kind: 'chain', defaultTarget, targets, tools, release };
}
