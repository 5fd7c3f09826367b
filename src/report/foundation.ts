/** Why something can be trusted: the path from it back to the seed, and every byte that it depends on. */
import { partOf, type ChainReport, type LocalFacts, type RecipeFacts, type SeedFacts, type SourceFacts } from './chain-report.js';

/** What a recipe rests on. */
export interface Foundation {
  readonly recipe: RecipeFacts;
  /** A longest path, so that no step is left out: from the recipe back to what the seed itself builds. */
  readonly way: readonly RecipeFacts[];
  /** All recipes that it depends on, including itself, in build order. */
  readonly recipes: readonly RecipeFacts[];
  /** The largest first. */
  readonly sources: readonly SourceFacts[];
  readonly locals: readonly LocalFacts[];
  readonly seeds: readonly SeedFacts[];
  /** In bytes, except `lines`, the lines of the local files; `scripts` are the recipes' own commands. */
  readonly totals: {
    readonly seeds: number;
    readonly sources: number;
    readonly locals: number;
    readonly lines: number;
    readonly scripts: number;
  };
}

/** Gathers what a recipe rests on; `undefined` when the report has no such recipe. */
export function foundationOf(report: ChainReport, id: string): Foundation | undefined {
  const recipe = report.recipes.find((one) => one.id === id);
  if (recipe === undefined) return undefined;
  const { recipes, ...taken } = partOf(report, [id]);
  const bySize = <T extends { readonly size: number }>(all: readonly T[]): T[] => [...all].sort((a, b) => b.size - a.size);
  const [seeds, sources, locals] = [bySize(taken.seeds), bySize(taken.sources), bySize(taken.locals)];
  const total = (some: readonly { readonly size: number }[]): number => some.reduce((sum, { size }) => sum + size, 0);
  return {
    recipe,
    way: longestWay(recipe, recipes),
    recipes,
    sources,
    locals,
    seeds,
    totals: {
      seeds: total(seeds),
      sources: total(sources),
      locals: total(locals),
      lines: locals.reduce((sum, { lines }) => sum + lines, 0),
      scripts: recipes.reduce((sum, { scriptSize }) => sum + scriptSize, 0),
    },
  };
}

/** In `ordered` a recipe comes after its needs. */
function longestWay(from: RecipeFacts, ordered: readonly RecipeFacts[]): RecipeFacts[] {
  const lengths = new Map<string, { readonly steps: number; readonly before: string | undefined }>();
  for (const { id, needs } of ordered) {
    let before: string | undefined;
    for (const need of needs) if (before === undefined || (lengths.get(need.id)?.steps ?? 0) > (lengths.get(before)?.steps ?? 0)) before = need.id;
    lengths.set(id, { steps: 1 + (before === undefined ? 0 : (lengths.get(before)?.steps ?? 0)), before });
  }
  const byId = new Map(ordered.map((recipe) => [recipe.id, recipe]));
  const way: RecipeFacts[] = [];
  for (let id: string | undefined = from.id; id !== undefined; id = lengths.get(id)?.before) way.push(byId.get(id)!);
  return way;
}

/**
 * What you have to trust because no build checks it, in one sentence each. Sources are text that can be read, the seed
 * is the only binary, and the rest is the machine that runs them.
 */
export function premises({
  seeds,
  totals,
  sources,
}: Foundation): readonly { readonly what: string; readonly why: string; readonly bytes: number | undefined }[] {
  return [
    ...seeds.map((seed) => ({
      what: `the seed, ${seed.name}`,
      why:
        seed.text === undefined
          ? 'a binary that is not built here; the chain’s own seed must give the same outputs, so a trap in this one would show'
          : `the only binary: ${seed.text} explains each of its ${seed.size} bytes, and can be checked by hand`,
      bytes: seed.size,
    })),
    {
      what: `${sources.length} source archives`,
      why: 'as upstream or Debian published them, each checked by its SHA-256; they can be read',
      bytes: totals.sources,
    },
    {
      what: 'the recipes and patches',
      why: `everything that is not upstream’s, with ${totals.lines.toLocaleString('en')} lines in files beside the recipes; they can be read in this chain`,
      bytes: totals.locals + totals.scripts,
    },
    {
      what: 'the running Linux kernel, the processor, bubblewrap',
      why: 'they run the builds; comparing hashes with builds on other machines shows whether one of them alters the results',
      bytes: undefined,
    },
    { what: 'SHA-256', why: 'names every input and output', bytes: undefined },
  ];
}
