/**
 * A chain as facts for pictures and pages: its recipes and inputs, what is built, sizes and durations. It is plain
 * JSON. Nothing in it names a place on this machine, so it can be published.
 */
import type { DrvPath, Sha256, StorePath } from '../formats/index.js';
import type { TargetState, TestState } from './target-state.js';

export interface ChainReport {
  /** The name of the chain's directory. */
  readonly name: string;
  readonly defaultTarget: string;
  /** In the order of the chain. */
  readonly stages: readonly string[];
  /** A recipe comes after its needs. */
  readonly recipes: readonly RecipeFacts[];
  readonly seeds: readonly SeedFacts[];
  readonly sources: readonly SourceFacts[];
  readonly locals: readonly LocalFacts[];
}

export interface RecipeFacts {
  /** The name that users type: the target's, else the derivation's. */
  readonly id: string;
  readonly isTarget: boolean;
  /** A recipe that is no target belongs to the first stage that needs it. */
  readonly stage: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly drvPath: DrvPath;
  /** The derivation's name. */
  readonly drvName: string;
  /** Where the recipe is written; the file is relative to the chain's directory. */
  readonly location: { readonly file: string; readonly line: number } | undefined;
  readonly outputs: readonly OutputFacts[];
  /** Wall-clock seconds of a build, and their source: this store, or the reference machine, scaled to this one. */
  readonly duration: { readonly seconds: number; readonly from: 'here' | 'reference' } | undefined;
  /** Seconds by the clock, and of processor time, on the reference machine, whose times come with the chain. */
  readonly reference: { readonly seconds: number; readonly cpuSeconds?: number | undefined } | undefined;
  /** Ids of recipes, and which outputs of each. */
  readonly needs: readonly { readonly id: string; readonly outputs: readonly string[] }[];
  /** Store paths of sources, seeds and local files. */
  readonly takes: readonly StorePath[];
  readonly test: { readonly drvPath: DrvPath; readonly passed: boolean; readonly state: TestState } | undefined;
  readonly state: TargetState;
  /** Bytes of what it runs: the arguments of its builder, which hold the script, and the environment. */
  readonly scriptSize: number;
}

export interface OutputFacts {
  readonly name: string;
  /** What its pin says it will be; missing if it is built, or if nothing is pinned. */
  readonly expected?: { readonly path: StorePath; readonly narSize: number };
  /** Missing if it is not built. */
  readonly built?: { readonly path: StorePath; readonly narHash: Sha256; readonly narSize: number; readonly pinned: 'same' | 'new' | 'different' };
}

export interface SeedFacts {
  readonly path: StorePath;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Hash of the file. */
  readonly sha256: Sha256;
  /**
   * The hexadecimal text that explains each byte, relative to the chain's directory; `undefined` for a seed from
   * outside.
   */
  readonly text: string | undefined;
}

export interface SourceFacts {
  readonly path: StorePath;
  /** The project's name. */
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: Sha256;
  /** URLs, and paths below a Debian mirror. */
  readonly places: readonly string[];
}

/** Files beside the recipes: C code, patches, scripts. */
export interface LocalFacts {
  readonly path: StorePath;
  readonly name: string;
  /** Bytes of its files. */
  readonly size: number;
  /** Lines of its files. */
  readonly lines: number;
}

/** The part of a chain that the named recipes need; stages without any of it are left out. */
export function partOf(report: ChainReport, ids: readonly string[]): ChainReport {
  const byId = new Map(report.recipes.map((recipe) => [recipe.id, recipe]));
  const found = new Set(ids.flatMap((id) => byId.get(id) ?? []));
  for (const { needs } of found) for (const { id } of needs) if (byId.has(id)) found.add(byId.get(id)!);
  const recipes = report.recipes.filter((recipe) => found.has(recipe));
  const taken = new Set(recipes.flatMap(({ takes }) => takes));
  const takenOf = <T extends { readonly path: StorePath }>(all: readonly T[]): readonly T[] => all.filter(({ path }) => taken.has(path));
  return {
    ...report,
    recipes,
    stages: report.stages.filter((name) => recipes.some(({ stage }) => stage === name)),
    seeds: takenOf(report.seeds),
    sources: takenOf(report.sources),
    locals: takenOf(report.locals),
  };
}

/** Bytes of all outputs that are built. */
export function builtSize(recipe: RecipeFacts): number {
  return recipe.outputs.reduce((sum, { built }) => sum + (built?.narSize ?? 0), 0);
}

/** Bytes of all outputs, of those that are not built as their pins say; `undefined` if one is neither built nor pinned. */
export function expectedSize(recipe: RecipeFacts): number | undefined {
  return recipe.outputs.reduce<number | undefined>((sum, { built, expected }) => {
    const size = (built ?? expected)?.narSize;
    return sum === undefined || size === undefined ? undefined : sum + size;
  }, 0);
}

/** `built` if all outputs are there. */
export function buildStatus(recipe: RecipeFacts): 'built' | 'not built' {
  return recipe.outputs.every(({ built }) => built !== undefined) ? 'built' : 'not built';
}

/** The worst of its outputs: one that differs from its pin makes the recipe different. */
export function pinStatus(recipe: RecipeFacts): 'same' | 'new' | 'different' | undefined {
  const pinned = recipe.outputs.flatMap(({ built }) => built?.pinned ?? []);
  return pinned.includes('different') ? 'different' : pinned.includes('new') ? 'new' : pinned[0];
}

/**
 * The critical path: the chain of needs with the largest sum of durations. No number of processors makes the whole
 * chain faster. In build order; unknown durations count as zero.
 */
export function slowestWay(report: ChainReport): readonly string[] {
  const total = new Map<string, { readonly index: number; readonly seconds: number; readonly before: string | undefined }>();
  let last: string | undefined;
  report.recipes.forEach(({ id, needs, duration }, index) => {
    // If two are ready at the same time, take the later one: it may need the other, and no step is left out.
    const known = needs.flatMap((need) => (total.has(need.id) ? [{ id: need.id, ...total.get(need.id)! }] : []));
    const before = known.sort((a, b) => b.seconds - a.seconds || b.index - a.index)[0];
    const seconds = (before?.seconds ?? 0) + (duration?.seconds ?? 0);
    total.set(id, { index, seconds, before: before?.id });
    if (last === undefined || seconds > (total.get(last)?.seconds ?? 0)) last = id;
  });
  const way: string[] = [];
  if (last === undefined || total.get(last)?.seconds === 0) return way;
  for (let id: string | undefined = last; id !== undefined; id = total.get(id)?.before) way.unshift(id);
  return way;
}
