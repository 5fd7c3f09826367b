import { realpath } from 'node:fs/promises';
import type { StorePath } from '../formats/index.js';
import { type Result } from '../result.js';
import { addTreeOnce, attemptAsync, treePath, type Store } from '../store/index.js';
import { checkSeed } from './check-seed.js';

/** The name of a seed's store path. It does not depend on the file's name. */
const NAME = 'tcc';

/** Checks a seed's file and adds it to the store. Fails with the `E_SEED_…` code that says what is wrong. */
export async function addSeed(file: string, store: Store): Promise<Result<StorePath>> {
  const scratch = store.tempDir();
  if (!scratch.ok) return scratch;
  const real = await realFile(file);
  if (!real.ok) return real;
  const checked = await checkSeed(real.value, scratch.value);
  return checked.ok ? addTreeOnce(store, NAME, real.value) : checked;
}

/** The path that `addSeed` would return, without running or adding anything. */
export async function seedPath(file: string): Promise<Result<StorePath>> {
  const real = await realFile(file);
  return real.ok ? treePath(NAME, real.value) : real;
}

/** A symbolic link means its target. */
function realFile(file: string): Promise<Result<string>> {
  return attemptAsync('find the seed', file, () => realpath(file));
}
