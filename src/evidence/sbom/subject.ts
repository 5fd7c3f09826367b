/** The contents of a bill of materials in any standard: exactly what `zilch trust` lists for a target. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StorePath } from '../../formats/index.js';
import { ingredientsOf, neededOutputs, type AnyRecipe, type Chain, type Source } from '../../recipe/index.js';
import { editsOfScript, foundationOf, type ChainReport, type Foundation, type RecipeFacts } from '../../report/index.js';
import { ok, type Result } from '../../result.js';
import { attempt } from '../../store/index.js';

/** A change to a source, by the recipe that makes it. */
export interface Alteration {
  /** The recipe's id. */
  readonly by: string;
  /** Below the top of the source; empty if only the command names it. */
  readonly file: string;
  /** Empty if no reason is given. */
  readonly why: string;
  /** The output of diff, or the command. */
  readonly text: string;
}

export interface BomSource extends Source {
  readonly path: StorePath;
  readonly alterations: readonly Alteration[];
}

export interface BomSubject {
  readonly trust: Foundation;
  readonly sources: readonly BomSource[];
  /** Zilch's own version. */
  readonly version: string;
}

/** Collects the contents. `id` is that of a recipe in the report. Fails if a patch cannot be read. */
export function bomSubject(
  report: ChainReport,
  id: string,
  { chain, sources, version }: { readonly chain: Chain; readonly sources: ReadonlyMap<StorePath, Source>; readonly version: string },
): Result<BomSubject> {
  const trust = foundationOf(report, id);
  if (trust === undefined) throw new Error(`Internal error: the report has no ${id}`);
  const recipes = recipesByName(chain);
  const alterations = new Map<string, Alteration[]>();
  for (const facts of trust.recipes) {
    const recipe = recipes.get(facts.isTarget ? facts.id : drvNameOf(facts));
    const changed = recipe === undefined ? undefined : changedSource(recipe);
    if (recipe === undefined || changed === undefined) continue;
    const found = alterationsBy(recipe, facts.id);
    if (!found.ok) return found;
    alterations.set(changed.file, [...(alterations.get(changed.file) ?? []), ...found.value]);
  }
  const listed = trust.sources.map(({ path }): BomSource => {
    const source = sources.get(path)!;
    return { ...source, path, alterations: alterations.get(source.file) ?? [] };
  });
  return ok({ trust, sources: listed, version });
}

function drvNameOf({ name, version }: RecipeFacts): string {
  return version === undefined ? name : `${name}-${version}`;
}

/** Targets by their names, and all recipes by the names of their derivations. */
function recipesByName(chain: Chain): ReadonlyMap<string, AnyRecipe> {
  const found = new Set<AnyRecipe>(chain.targets.map(({ recipe }) => recipe));
  for (const recipe of found) for (const { recipe: needed } of neededOutputs(recipe)) found.add(needed);
  return new Map([
    ...[...found].map((recipe) => [recipe.drvName, recipe] as const),
    ...chain.targets.map(({ name, recipe }) => [name, recipe] as const),
  ]);
}

/** The source that a recipe changes: the one it names, otherwise its only source. */
function changedSource(recipe: AnyRecipe): Source | undefined {
  if (recipe.about.source !== undefined) return recipe.about.source;
  const taken = new Set(ingredientsOf(recipe).filter((one) => one.kind === 'source'));
  return taken.size === 1 ? [...taken][0] : undefined;
}

function alterationsBy(recipe: AnyRecipe, by: string): Result<readonly Alteration[]> {
  const { edits = [], patches = [] } = recipe.about;
  const read = attempt('read a patch of', by, () =>
    patches.map(({ file, why }) => ({ by, file: '', why, text: readFileSync(fileURLToPath(file.url), 'utf8') })),
  );
  if (!read.ok) return read;
  const written = edits.map(({ file, why, old, new: replacement }) => ({ by, file, why, text: difference(old, replacement) }));
  const script = recipe.script?.parts.map((part) => (typeof part === 'string' ? part : '${…}')).join('') ?? '';
  // The edits of the package layer are also in the script.
  const scripted = edits.length > 0 ? [] : editsOfScript(script);
  return ok([
    ...read.value,
    ...written,
    ...scripted.map(({ file, reason, change }) => ({
      by,
      file,
      why: reason,
      text: 'command' in change ? change.command : difference(change.old, change.new),
    })),
  ]);
}

function difference(old: string, replacement: string): string {
  const lines = (text: string, sign: string): string[] => text.split('\n').map((line) => `${sign}${line}`);
  return [...lines(old, '-'), ...lines(replacement, '+'), ''].join('\n');
}

/** The addresses of a source: URLs; for a file of Debian, which every mirror has, a name that ends in the path below a mirror's root. */
export function addressesOf({ locations }: Source): readonly string[] {
  return locations.map((location) => (location.kind === 'url' ? location.url : `urn:x-debian:${location.path}`));
}

/** A package URL. Source: the purl specification, type `generic`. */
export function packageUrl(source: Source): string {
  const [address = ''] = addressesOf(source);
  const name = encodeURIComponent(source.name);
  return `pkg:generic/${name}@${encodeURIComponent(source.version)}?checksum=sha256:${source.sha256}&download_url=${encodeURIComponent(address)}`;
}
