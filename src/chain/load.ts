import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { createJiti } from 'jiti';
import type { Chain, Location, RecipeError } from '../recipe/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { recallChain, rememberChain, type RememberedChain } from './memory.js';

/** Zilch's checkout: what `zilch` and `zilch/bootstrap` stand for in a chain's imports lies in it. */
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** What chains import as `zilch`. */
const LANGUAGE = join(CHECKOUT, 'dist/recipe/index.js');

/** The directory of the chain that comes with Zilch. */
export const OWN_CHAIN = join(CHECKOUT, 'bootstrap');

/** A chain, and the files that lie beside it. */
export interface LoadedChain {
  /** Absolute path of the chain's directory. */
  readonly directory: string;
  readonly chain: Chain;
  /** The expected outputs; need not exist. */
  readonly pinsFile: string;
  /** How long each derivation took on the reference machine; need not exist. */
  readonly durationsFile: string;
  /** Its code. */
  readonly file: string;
  /** Set when nothing had to be run. */
  readonly remembered: RememberedChain | undefined;
}

/**
 * Runs `chain.ts` of a directory, which exports a `Chain` by default. Mistakes in recipes come back as `E_RECIPE`, and all
 * that the chain's code throws as `E_CHAIN`; both begin with the author's `file:line`.
 */
export async function loadChain(directory: string): Promise<Result<LoadedChain>> {
  const absolute = resolve(directory);
  const file = join(absolute, 'chain.ts');
  if (!existsSync(file))
    return fail('E_NO_CHAIN', `there is no ${file}`, 'name the directory of a chain with -f DIR; docs/writing-recipes.md says what is in one');
  const remembered = recallChain(file);
  const chain = remembered === undefined ? await run(file) : ok(remembered.chain);
  if (!chain.ok) return chain;
  const [pinsFile, durationsFile] = [join(absolute, 'pins.json'), join(absolute, 'durations.json')];
  return ok({ directory: absolute, chain: chain.value, pinsFile, durationsFile, file, remembered });
}

async function run(file: string): Promise<Result<Chain>> {
  const since = Date.now();
  // Loaded here, for the commands that need no chain start faster without it; and required, for importing it takes Node
  // three times as long.
  const jitiPackage = createRequire(import.meta.url)('jiti') as { readonly createJiti: typeof createJiti };
  const alias = { zilch: LANGUAGE, 'zilch/bootstrap': OWN_CHAIN };
  const isCode = (path: string): boolean => path.endsWith('.ts');
  // Without interop, a default export is what the chain wrote and not a proxy of it.
  // One extension, and imports that name it: for each name it does not find it tries, and makes stack traces of, dozens more.
  const jiti = jitiPackage.createJiti(import.meta.url, { alias, extensions: ['.ts'], fsCache: cacheDirectory(), interopDefault: false });
  // What this process ran before of files that may be others by now.
  for (const path of Object.keys(jiti.cache).filter(isCode)) Reflect.deleteProperty(jiti.cache, path);
  try {
    const { default: chain } = await jiti.import<{ readonly default?: unknown }>(file);
    if (!isChain(chain)) return fail('E_CHAIN', `${shown(file)} does not export a chain`, 'it should end with `export default chain(…)`');
    const loaded = Object.keys(jiti.cache).filter(isCode);
    rememberChain(file, chain, { since, loaded, aliases: alias, language: LANGUAGE });
    return ok(chain);
  } catch (error) {
    return err(loadFailure(error, file));
  }
}

function isChain(value: unknown): value is Chain {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'chain';
}

/** Compiled recipes are kept per user: the checkout may belong to somebody else. */
function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'recipes');
}

function loadFailure(error: unknown, file: string): Failure {
  if (!(error instanceof Error)) return { code: 'E_CHAIN', message: `${shown(file)} throws ${String(error)}` };
  if (isRecipeError(error)) {
    return { code: 'E_RECIPE', message: `${place(error.location, file)}: ${error.message}`, hint: error.hint };
  }
  const hint =
    error instanceof ReferenceError && error.message.includes('before initialization')
      ? 'recipe files that import each other in a circle see each other half made: break the circle'
      : undefined;
  return { code: 'E_CHAIN', message: `${place(throwLocation(error), file)}: ${error.message}`, hint, cause: error };
}

/** By name: the chain has the compiled recipe language, which need not be the instance that this file has. */
function isRecipeError(error: Error): error is RecipeError {
  return error.name === 'RecipeError';
}

/** The innermost line of the stack that belongs to a chain, not to Zilch or its packages. */
function throwLocation(error: Error): Location | undefined {
  for (const line of error.stack?.split('\n') ?? []) {
    const match = /(?:file:\/\/)?(\/[^\s()]+\.m?[tj]s):(\d+)(?::\d+)?\)?$/.exec(line);
    const file = match?.[1];
    if (file === undefined || file.includes('/node_modules/') || file.startsWith(join(CHECKOUT, 'dist/'))) continue;
    return { file, line: Number(match?.[2]) };
  }
  return undefined;
}

function place(location: Location | undefined, file: string): string {
  return location === undefined ? shown(file) : `${shown(location.file)}:${location.line}`;
}

/** As short as it can be said from where the user stands. */
function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith('../') ? file : short;
}
