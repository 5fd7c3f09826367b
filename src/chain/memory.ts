/**
 * What the files of a chain gave, remembered per user until one of them changes. To run a hundred files of TypeScript and make two hundred
 * derivations takes twenty times as long as to compare these files with what they were.
 *
 * A file that is remembered counts by its bytes. One that was changed just before it was read is not remembered, nor is a chain that
 * might look at anything but its files.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { StorePath } from '../formats/index.js';
import type { Chain, Instantiated, Local, Source } from '../recipe/index.js';
import { treeBytes } from './tree-bytes.js';

/** What a chain gives where nothing comes from outside but its local files and sources. */
export interface Derived {
  readonly external: ReadonlyMap<Local, StorePath>;
  readonly sources: ReadonlyMap<StorePath, Source>;
  readonly instantiated: readonly Instantiated[];
}

/** A chain, and what is known of it. */
export interface RememberedChain {
  readonly chain: Chain;
  /** What its recipes gave with the local files as they are; `undefined` when that is to be found out. */
  readonly derived: () => Derived | undefined;
}

/** Names that imports use for what is not beside them. */
export type Aliases = Readonly<Record<string, string>>;

interface Kept {
  readonly format: string;
  /** Where chain.ts really is. */
  readonly top: string;
  /** Of each file of code, as it was found. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly chain: Chain;
  readonly locals?: ReadonlyMap<Local, Uint8Array>;
  readonly derived?: Derived;
}

/** Another one is not read. Node.js' own changes with V8. */
const FORMAT = `1 ${process.versions.v8}`;
const MOST_CHAINS = 50;
/** Milliseconds. File systems tell times in steps. */
const TIME_STEP = 100;

/** What would make a chain more than its files. It may stand in a script as well: then the chain is not remembered, and no harm is done. */
const LOOKS_ELSEWHERE =
  /\bprocess\.(?:env|cwd|argv|platform|arch|version|pid|get)|\bDate\b\s*[(.]|\bMath\.random|\bglobalThis\b|\brequire\(|\bimport\(|\bimport\.meta\.(?!url\b)|\bfetch\(/;
/** Also in scripts, where what has a variable in it is certainly none. */
const IMPORT = /(?:\bfrom|^\s*import)\s*(['"])([^'"$\n]+)\1/gm;

/** A chain as it was remembered, if its files are what they were. */
export function recallChain(file: string): RememberedChain | undefined {
  try {
    const bytes = readFileSync(placeOf(file));
    const kept = deserialize(bytes) as Kept;
    if (kept.format !== FORMAT || kept.top !== realpathSync(file)) return undefined;
    for (const [path, was] of kept.files) if (!readFileSync(path).equals(was)) return undefined;
    return {
      chain: kept.chain,
      derived: () => {
        const { locals, derived } = kept;
        return locals !== undefined && isAsItWas(locals) ? derived : undefined;
      },
    };
  } catch {
    // Nothing rests on it: it is missing, damaged, or names a file that is gone.
    return undefined;
  }
}

/**
 * Remembers a chain whose code was loaded after `since` (milliseconds of the clock), from `loaded`. `language` is a file that is another one when
 * the recipe language is. Gives the chain as it will be recalled; `undefined` when it is not remembered.
 */
export function rememberChain(
  file: string,
  chain: Chain,
  {
    since,
    loaded,
    aliases,
    language,
  }: { readonly since: number; readonly loaded: readonly string[]; readonly aliases: Aliases; readonly language: string },
): void {
  attempt(() => {
    const files = new Map([[language, readFileSync(language)]]);
    if (!addImported(file, aliases, files)) return;
    const known = new Set([...files.keys()].map((path) => realpathSync(path)));
    if (!loaded.every((path) => known.has(realpathSync(path)))) return;
    // What was changed since, or so shortly before that nobody can tell, may be other bytes than were run.
    if ([...files.keys()].some((path) => path !== language && statSync(path).ctimeMs > since - TIME_STEP)) return;
    write(file, { format: FORMAT, top: realpathSync(file), files, chain: withoutFunctions(chain) });
  });
}

/** Adds what the recipes of a remembered chain gave. `locals` are the trees of its local files from before. */
export function rememberDerived(file: string, chain: Chain, locals: ReadonlyMap<Local, Uint8Array> | undefined, derived: Derived): void {
  attempt(() => {
    if (locals === undefined || !isAsItWas(locals)) return;
    const kept = deserialize(readFileSync(placeOf(file))) as Kept;
    if (kept.format !== FORMAT) return;
    for (const [path, was] of kept.files) if (!readFileSync(path).equals(was)) return;
    // One copy for all: what is the same object is the same one again when it is recalled.
    const copied = withoutFunctions({ chain, locals, derived });
    write(file, { ...kept, ...copied });
  });
}

/** The bytes of local files, to be held against what they are later; `undefined` when one cannot be read. */
export function bytesOf(locals: Iterable<Local>): ReadonlyMap<Local, Uint8Array> | undefined {
  try {
    return new Map([...locals].map((local) => [local, treeBytes(local)]));
  } catch {
    return undefined;
  }
}

function isAsItWas(locals: ReadonlyMap<Local, Uint8Array>): boolean {
  return [...locals].every(([local, was]) => treeBytes(local).equals(was));
}

/** Adds a file and what it imports; false when it might look at something else. */
function addImported(file: string, aliases: Aliases, files: Map<string, Buffer>): boolean {
  if (files.has(file)) return true;
  const bytes = readFileSync(file);
  files.set(file, bytes);
  const text = bytes.toString('latin1');
  if (LOOKS_ELSEWHERE.test(text)) return false;
  return [...text.matchAll(IMPORT)].every(([, , name = '']) => {
    if (name.startsWith('./') || name.startsWith('../'))
      return addImported(resolve(dirname(file), Buffer.from(name, 'latin1').toString()), aliases, files);
    if (name in aliases) return true;
    const alias = Object.keys(aliases).find((alias) => name.startsWith(`${alias}/`));
    return alias !== undefined && addImported(join(aliases[alias] ?? '', name.slice(alias.length + 1)), aliases, files);
  });
}

/** Where a chain is remembered: by its path, which must not be too long for a name. */
function placeOf(file: string): string {
  return join(directory(), encodeURIComponent(file));
}

function directory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'chains');
}

function write(file: string, kept: Kept): void {
  const place = placeOf(file);
  const fresh = join(directory(), `.${process.pid}.new`);
  mkdirSync(directory(), { recursive: true });
  const fd = openSync(fresh, 'w');
  try {
    writeSync(fd, serialize(kept));
    // Nobody looks whether it is whole.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, place);
  forgetOldest();
}

function forgetOldest(): void {
  const all = readdirSync(directory()).map((name) => join(directory(), name));
  if (all.length <= MOST_CHAINS) return;
  const byAge = all.map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 })).sort((a, b) => b.time - a.time);
  for (const { path } of byAge.slice(MOST_CHAINS)) rmSync(path, { force: true });
}

/** A copy of data in which the same object is still the same one. Recipes of packages carry functions along, which are for chains. */
function withoutFunctions<T>(data: T, copies = new Map<unknown, unknown>()): T {
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return data;
  const known = copies.get(data);
  if (known !== undefined) return known as T;
  const copy = (value: unknown): unknown => withoutFunctions(value, copies);
  if (Array.isArray(data)) {
    const list: unknown[] = [];
    copies.set(data, list);
    for (const item of data as readonly unknown[]) list.push(copy(item));
    return list as T;
  }
  if (data instanceof Map) {
    const map = new Map<unknown, unknown>();
    copies.set(data, map);
    for (const [key, value] of data) map.set(copy(key), copy(value));
    return map as T;
  }
  const object: Record<string, unknown> = {};
  copies.set(data, object);
  for (const [key, value] of Object.entries(data)) if (typeof value !== 'function') object[key] = copy(value);
  return object as T;
}

/** What cannot be remembered is made again the next time. */
function attempt(run: () => void): void {
  try {
    run();
  } catch {
    // As when a disk is full, a name too long, a chain too deep.
  }
}
