/** Which seed a store was last built from, for commands that show what is there and build nothing. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStorePath, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attempt, type Store } from '../store/index.js';

/** The seed of the last build; `undefined` if it was the chain's own, or if its file is gone. */
export function lastSeed(store: Store): StorePath | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(store), 'utf8');
  } catch {
    // If it cannot be read, the chain's own seed is used.
    return undefined;
  }
  const path = parseStorePath(text);
  return path.ok && store.isValid(path.value) ? path.value : undefined;
}

/** Remembers it. */
export function rememberSeed(store: Store, seed: StorePath | undefined): Result<void> {
  if (lastSeed(store) === seed) return ok(undefined);
  return attempt('write', fileOf(store), () => {
    if (seed === undefined) rmSync(fileOf(store), { force: true });
    else writeFileSync(fileOf(store), seed);
  });
}

function fileOf(store: Store): string {
  return join(store.layout.zilchDir, 'last-seed');
}
