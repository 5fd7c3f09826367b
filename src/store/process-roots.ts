/**
 * The paths that processes of this machine use: programs, libraries and open files, their working directories, and
 * paths in their environment. Source: Nix's `gc.cc`, `findRuntimeRoots`.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseStorePathBaseName, type StorePath } from '../formats/index.js';
import { isSystemError } from './io-failure.js';

/** Matches paths below any store's directory, logical or on this machine; a path of another store does no harm. */
const STORE_PATHS = /\/nix\/store\/([0-9a-z]{32}-[\w+.?=-]+)/g;

/** The paths, valid or not, that running processes use, as far as we may read them. Yields to other work. */
export async function findProcessRoots(): Promise<Set<StorePath>> {
  const found = new Set<StorePath>();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const [, baseName = ''] of usedBy(`/proc/${id}`).matchAll(STORE_PATHS)) {
      const path = parseStorePathBaseName(baseName);
      if (path.ok) found.add(path.value);
    }
    await nextTurn();
  }
  return found;
}

function usedBy(process: string): string {
  const open = ifAllowed(() => readdirSync(`${process}/fd`)) ?? [];
  return [
    ...['exe', 'cwd', ...open.map((fd) => `fd/${fd}`)].map((link) => ifAllowed(() => readlinkSync(`${process}/${link}`))),
    ...['maps', 'environ'].map((file) => ifAllowed(() => readFileSync(`${process}/${file}`, 'latin1'))),
  ].join('\n');
}

/** `undefined` for other users' processes, and for those that end meanwhile. */
function ifAllowed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}
