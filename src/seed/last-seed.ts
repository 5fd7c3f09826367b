/** Which seed a store was last built from, so that commands which only look show what is there. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStorePath, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attempt, type Store } from '../store/index.js';

/** The seed that the last build was given; `undefined` when it was the chain's own, or when that one is gone. */
export function lastSeed(store: Store): StorePath | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(store), 'utf8');
  } catch {
    // Nothing rests on it: without it the chain's own seed is meant.
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
