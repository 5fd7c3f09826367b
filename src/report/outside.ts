/** What no recipe makes: sources, seeds and files beside the recipes, each with what is made of it. */
import type { StorePath } from '../formats/index.js';
import type { ChainReport, LocalFacts, SeedFacts, SourceFacts } from './chain-report.js';

export type Outside = (
  | { readonly kind: 'source'; readonly facts: SourceFacts }
  | { readonly kind: 'seed'; readonly facts: SeedFacts }
  | { readonly kind: 'local'; readonly facts: LocalFacts }
) & {
  /** Recipes that take it themselves. */
  readonly takenBy: readonly string[];
  /** These, and all that need them; in build order. */
  readonly restOnIt: readonly string[];
};

/** What a user means by a file name, `seed:NAME`, a SHA-256 or a store path. Files beside different recipes may have one name. */
export function outsideNamed(report: ChainReport, name: string): readonly Outside[] {
  const isMeant = (facts: { readonly path: StorePath }, ...names: readonly string[]): boolean => [facts.path, ...names].includes(name);
  return [
    ...report.sources
      .filter((facts) => isMeant(facts, facts.file, facts.sha256))
      .map((facts) => ({ kind: 'source' as const, facts, ...usersOf(report, facts.path) })),
    ...report.seeds
      .filter((facts) => isMeant(facts, facts.name, `seed:${facts.name}`, facts.sha256))
      .map((facts) => ({ kind: 'seed' as const, facts, ...usersOf(report, facts.path) })),
    ...report.locals
      .filter((facts) => isMeant(facts, facts.name))
      .map((facts) => ({ kind: 'local' as const, facts, ...usersOf(report, facts.path) })),
  ];
}

function usersOf({ recipes }: ChainReport, path: StorePath): Pick<Outside, 'takenBy' | 'restOnIt'> {
  const takenBy = recipes.filter(({ takes }) => takes.includes(path)).map(({ id }) => id);
  const restOnIt = new Set(takenBy);
  // A recipe comes after its needs.
  for (const { id, needs } of recipes) if (needs.some((need) => restOnIt.has(need.id))) restOnIt.add(id);
  return { takenBy, restOnIt: recipes.map(({ id }) => id).filter((id) => restOnIt.has(id)) };
}
