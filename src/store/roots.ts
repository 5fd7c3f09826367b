/**
 * The roots that the garbage collector must keep. Source: Nix's `gc.cc`, `findRoots` and `findTempRoots`; the manual's
 * chapter "Garbage Collector Roots".
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseStorePath, parseStorePathBaseName, STORE_DIR, type StorePath } from '../formats/index.js';
import { isLocked, tryLock } from './file-lock.js';
import { isMissing, isSystemError } from './io-failure.js';
import type { Layout } from './layout.js';

/** A root and the path that it keeps. */
export interface Root {
  readonly path: StorePath;
  /** The link, or the process that holds it temporarily. */
  readonly from: string;
}

/** What to do with stale roots; only a real collection deletes them, like in Nix. */
export type Stale = 'delete' | 'ignore';

/**
 * The permanent roots: links below `gcroots` and `profiles`, directly into the store or to a link elsewhere that leads
 * there.
 */
export function findRoots(layout: Layout, stale: Stale): Root[] {
  return [layout.gcRootsDir, layout.profilesDir].flatMap((directory) => rootsBelow(layout, directory, stale));
}

/** The store path that a link leads to, by its logical path or its path on this machine. */
export function storePathOfLink(layout: Layout, target: string): StorePath | undefined {
  for (const prefix of [STORE_DIR, layout.storeDir]) {
    if (!target.startsWith(`${prefix}/`)) continue;
    const parsed = parseStorePathBaseName(target.slice(prefix.length + 1).split('/')[0] ?? '');
    if (parsed.ok) return parsed.value;
  }
  return undefined;
}

function rootsBelow(layout: Layout, place: string, stale: Stale): Root[] {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isDirectory()) return namesIn(place).flatMap((name) => rootsBelow(layout, join(place, name), stale));
  if (stat.isSymbolicLink()) return rootOfLink(layout, place, stale);
  // A plain file is a root by its name, for programs that cannot make links.
  const named = parseStorePathBaseName(place.slice(dirname(place).length + 1));
  return named.ok ? [{ path: named.value, from: place }] : [];
}

function rootOfLink(layout: Layout, link: string, stale: Stale): Root[] {
  const target = targetOf(link);
  if (target === undefined) return [];
  const direct = storePathOfLink(layout, target);
  if (direct !== undefined) return [{ path: direct, from: link }];
  const indirect = resolve(dirname(link), target);
  const path = storePathOfLink(
    layout,
    targetOf(indirect, () => {
      // Its user deleted the link that it points to, which ends such a root.
      if (stale === 'delete' && link.startsWith(`${join(layout.gcRootsDir, 'auto')}/`)) unlinkSync(link);
    }) ?? '',
  );
  return path === undefined ? [] : [{ path, from: indirect }];
}

/** `undefined` if it is no link or cannot be read; Nix ignores such roots, too. */
function targetOf(link: string, onMissing: () => void = () => undefined): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (!isSystemError(error) || !['EINVAL', 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(error.code)) throw error;
    if (['ENOENT', 'ENOTDIR'].includes(error.code)) onMissing();
    return undefined;
  }
}

/** The roots of running processes. */
export function findTempRoots(layout: Layout, stale: Stale): Root[] {
  return namesIn(layout.tempRootsDir).flatMap((name) => {
    const file = join(layout.tempRootsDir, name);
    if (name.startsWith('.')) return [];
    if (!isLocked(file)) {
      // The file is not locked, so its process is gone, or has just opened it and will notice the deletion.
      if (stale === 'delete') tryLock(file, 'exclusive')?.releaseAndDelete();
      return [];
    }
    const text = textOf(file);
    // Only whole entries count: its owner may be writing the last one, and waits for the collection before it relies on
    // it.
    return text
      .split('\0')
      .slice(0, -1)
      .map(parseStorePath)
      .flatMap((parsed) => (parsed.ok ? [{ path: parsed.value, from: `process ${name}` }] : []));
  });
}

/** A missing link was removed meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
