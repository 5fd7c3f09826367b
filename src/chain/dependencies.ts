/** A chain's parts as a graph: recipes, sources, seeds and local files, each once. */
import { ingredientsOf, type AnyRecipe, type Chain, type Ingredient } from '../recipe/index.js';

export interface DependencyNode {
  /** The unique name that users type: a target's name, else a derivation's or a file's name. */
  readonly id: string;
  readonly kind: 'target' | 'recipe' | 'source' | 'seed' | 'local' | 'flake';
  /** Of targets. */
  readonly stage: string | undefined;
  readonly needs: readonly Dependency[];
}

export interface Dependency {
  readonly id: string;
  /** The outputs that are used, if the need is a recipe. */
  readonly outputs: readonly string[];
}

/** Nodes by id; a need comes before everything that needs it. */
export type DependencyGraph = ReadonlyMap<string, DependencyNode>;

/** Builds the graph of a chain's recipes. Tests are left out, because nothing needs them. */
export function dependencyGraph(chain: Chain): DependencyGraph {
  const targets = new Map<AnyRecipe, { readonly name: string; readonly stage: string }>(chain.targets.map((target) => [target.recipe, target]));
  const names = new UniqueNames(chain.targets.map(({ name }) => name));
  const nodes = new Map<string, DependencyNode>();
  const idOf = (ingredient: Ingredient): string => {
    switch (ingredient.kind) {
      case 'output':
        return visit(ingredient.recipe);
      case 'source':
        return leaf(ingredient.sha256, ingredient.file, 'source');
      case 'seed':
        return leaf(`seed:${ingredient.name}`, `seed:${ingredient.name}`, 'seed');
      case 'local':
        return leaf([ingredient.url, ...(ingredient.only ?? [])].join('\n'), ingredient.name, 'local');
      case 'flake':
        return leaf(`flake:${ingredient.name}`, ingredient.name, 'flake');
    }
  };
  const leaf = (identity: string, name: string, kind: DependencyNode['kind']): string => {
    const id = names.of(identity, name);
    if (!nodes.has(id)) nodes.set(id, { id, kind, stage: undefined, needs: [] });
    return id;
  };
  const visit = (recipe: AnyRecipe): string => {
    const target = targets.get(recipe);
    const id = target?.name ?? names.of(recipe, recipe.drvName);
    if (nodes.has(id)) return id;
    const needs = new Map<string, Set<string>>();
    for (const named of ingredientsOf(recipe)) {
      // The chain as it is without --seed.
      const ingredient = named.kind === 'seed' ? (named.default ?? named) : named;
      const need = idOf(ingredient);
      const outputs = needs.get(need) ?? new Set();
      if (ingredient.kind === 'output') outputs.add(ingredient.outputName);
      needs.set(need, outputs);
    }
    const sorted = [...needs].map(([need, outputs]) => ({ id: need, outputs: [...outputs].sort() })).sort((a, b) => (a.id < b.id ? -1 : 1));
    nodes.set(id, { id, kind: target === undefined ? 'recipe' : 'target', stage: target?.stage, needs: sorted });
    return id;
  };
  for (const { recipe } of chain.targets) visit(recipe);
  return nodes;
}

/** Gives each thing a unique name: the second `test.sh` becomes `test.sh#2`. */
class UniqueNames {
  private readonly given = new Map<unknown, string>();
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.taken = new Set(taken);
  }

  of(thing: unknown, wish: string): string {
    const known = this.given.get(thing);
    if (known !== undefined) return known;
    let name = wish;
    for (let n = 2; this.taken.has(name); n++) name = `${wish}#${n}`;
    this.taken.add(name);
    this.given.set(thing, name);
    return name;
  }
}

/** A shortest path from one node to another along needs, including both; `undefined` if there is none. */
export function whyNeeded(graph: DependencyGraph, from: string, to: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  // The map grows during the loop, in the order of distance.
  for (const [id] of cameFrom) {
    if (id === to) break;
    for (const need of graph.get(id)?.needs ?? []) if (!cameFrom.has(need.id)) cameFrom.set(need.id, id);
  }
  if (!cameFrom.has(to)) return undefined;
  const way: string[] = [];
  for (let id: string | undefined = to; id !== undefined; id = cameFrom.get(id)) way.unshift(id);
  return way;
}
