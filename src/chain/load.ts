import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { createJiti } from 'jiti';
import type { Chain, Location, RecipeError } from '../recipe/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { rememberTargets } from './known-targets.js';
import { undefinedMistake, usedTooEarlyHint } from './mistakes.js';
import { CHECKOUT, LANGUAGE, OWN_CHAIN } from './own-chain.js';
import { chainPlace, place, shown, type ChainPlace } from './place.js';

/** The folder of a chain that has upstreams' signatures and keys. */
export const SIGNATURES = 'signatures';

/** A chain, and the files beside it. */
export interface LoadedChain extends ChainPlace {
  readonly chain: Chain;
}

/**
 * Runs the `chain.ts` of a directory, whose default export is a `Chain`. Mistakes in recipes are returned as
 * `E_RECIPE`, and all other exceptions of the chain's code as `E_CHAIN`; both messages begin with the author's
 * `file:line`.
 */
export async function loadChain(directory: string): Promise<Result<LoadedChain>> {
  const absolute = resolve(directory);
  const file = join(absolute, 'chain.ts');
  if (!existsSync(file))
    return fail('E_NO_CHAIN', `there is no ${file}`, 'name the directory of a chain with -f DIR; docs/writing-recipes.md explains chains');
  const loaded = await run(file);
  if (!loaded.ok) return loaded;
  if (!isChain(loaded.value)) return fail('E_CHAIN', `${shown(file)} does not export a chain`, 'end it with `export default chain(…)`');
  rememberTargets(absolute, loaded.value);
  return ok({ ...chainPlace(absolute), chain: loaded.value });
}

async function run(file: string): Promise<Result<unknown>> {
  // Loaded here, because commands that need no chain start faster without it. Required and not imported, because
  // importing takes Node three times as long.
  const jitiPackage = createRequire(import.meta.url)('jiti') as { readonly createJiti: typeof createJiti };
  const alias = { zilch: LANGUAGE, 'zilch/bootstrap': OWN_CHAIN };
  // Without interop, a default export is the chain's object and not a proxy of it. Only one extension, which imports
  // must name. For each name that jiti does not find, it tries dozens more and makes stack traces of them.
  const jiti = jitiPackage.createJiti(import.meta.url, { alias, extensions: ['.ts'], fsCache: cacheDirectory(), interopDefault: false });
  try {
    const module = await jiti.import<{ readonly default?: unknown }>(file);
    return ok(module.default);
  } catch (error) {
    return err(loadFailure(error, file));
  }
}

function isChain(value: unknown): value is Chain {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'chain';
}

/** Compiled recipes are kept per user, because the checkout may belong to another user. */
function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'recipes');
}

function loadFailure(error: unknown, file: string): Failure {
  if (!(error instanceof Error)) return { code: 'E_CHAIN', message: `${shown(file)} throws ${String(error)}` };
  if (isRecipeError(error)) return recipeFailure(error, file);
  const location = throwLocation(error);
  return { code: 'E_CHAIN', message: `${place(location, file)}: ${error.message}`, hint: usedTooEarlyHint(error, location), cause: error };
}

/** A mistake in a recipe as a failure; `file` is named where the line is not known. */
export function recipeFailure(error: RecipeError, file: string): Failure {
  const mistake = undefinedMistake(error, file);
  return { code: 'E_RECIPE', message: `${place(error.location, file)}: ${mistake?.message ?? error.message}`, hint: mistake?.hint ?? error.hint };
}

/** By name: the chain has the compiled recipe language, which need not be the instance that this file has. */
export function isRecipeError(error: unknown): error is RecipeError {
  return error instanceof Error && error.name === 'RecipeError';
}

/** `at f (FILE:LINE:COLUMN)` or `at FILE:LINE:COLUMN`, the file as a path or a URL; paths may have spaces and parentheses in them. */
const FRAME = /(?:\(|\bat (?:async )?)((?:file:\/\/)?\/.+\.m?[tj]s):(\d+)(?::\d+)?\)?$/;

/** The innermost line of the stack that belongs to a chain, not to Zilch or its packages. */
function throwLocation(error: Error): Location | undefined {
  for (const line of error.stack?.split('\n') ?? []) {
    const [, named, number] = FRAME.exec(line) ?? [];
    if (named === undefined) continue;
    const file = named.startsWith('file:') ? fileURLToPath(named) : named;
    if (file.includes('/node_modules/') || file.startsWith(join(CHECKOUT, 'dist/'))) continue;
    return { file, line: Number(number) };
  }
  return undefined;
}
