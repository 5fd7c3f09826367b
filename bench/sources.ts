/** Tarballs of the chain for benchmarks: fetched when they are first wanted, into a store that only benchmarks use. */
import { copyFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadChain, OWN_CHAIN, sourcesOf } from '../src/chain/index.js';
import { sourcePath } from '../src/recipe/index.js';
import { unwrap } from '../src/result.js';
import { fetchSources } from '../src/sources/index.js';
import { Store } from '../src/store/index.js';

const ROOT = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch/bench');

/** Puts the sources of a target, and of all that it needs, into a directory; those whose file has a name that matches. Gives the files. */
export async function sourcesInto(directory: string, target: string, pattern = /./): Promise<string[]> {
  const { chain } = unwrap(await loadChain(OWN_CHAIN));
  const targets = chain.targets.filter(({ name }) => name === target);
  if (targets.length === 0) throw new Error(`the chain has no target ${target}`);
  const sources = sourcesOf({ ...chain, targets }).filter(({ file }) => pattern.test(file));
  const store = unwrap(Store.open(ROOT, { create: true }));
  try {
    unwrap(await fetchSources(sources, { store, offline: false, places: [] }));
    return sources.map((source) => {
      const file = join(directory, source.file);
      copyFileSync(store.hostPath(sourcePath(source)), file);
      return file;
    });
  } finally {
    store.close();
  }
}
