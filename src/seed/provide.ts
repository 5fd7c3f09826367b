import { mkdir, open, realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StorePath } from '../formats/index.js';
import type { Seed, Source } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import { addTreeOnce, attemptAsync, type Store } from '../store/index.js';
import { checkSeed, checkSeedFile } from './check-seed.js';
import { buildDefaultSeed, defaultSeedFile, findHostCompiler } from './default-seed.js';

export interface SeedOptions {
  /** A file to use as the seed; without one, the default seed is taken, and built if need be. */
  readonly file?: string | undefined;
  /** Gets a source into the store. */
  readonly fetch: (source: Source) => Promise<Result<StorePath>>;
  /** Told before the default seed is compiled, which takes seconds. */
  readonly onBuild?: (compiler: string) => void;
  readonly signal?: AbortSignal;
}

/** A seed in the store. */
export interface ProvidedSeed {
  readonly path: StorePath;
  /** Where it lies. */
  readonly hostPath: string;
  /** `gcc` or the like for a default seed, `undefined` for a given file. */
  readonly compiler: string | undefined;
}

/** Checks a seed and adds it to the store. Fails with the `E_SEED_…` that says what is wrong with it. */
export async function provideSeed(seed: Seed, store: Store, options: SeedOptions): Promise<Result<ProvidedSeed>> {
  const scratch = store.tempDir();
  if (!scratch.ok) return scratch;
  const chosen = options.file === undefined ? await defaultSeed(seed, store, scratch.value, options) : await givenSeed(options.file, scratch.value);
  if (!chosen.ok) return chosen;
  const path = await addTreeOnce(store, seed.name, chosen.value.file);
  return path.ok ? ok({ path: path.value, hostPath: store.hostPath(path.value), compiler: chosen.value.compiler }) : path;
}

interface Chosen {
  readonly file: string;
  readonly compiler: string | undefined;
}

async function givenSeed(file: string, scratch: string): Promise<Result<Chosen>> {
  // A symbolic link stands for what it points at.
  const real = await attemptAsync('find the seed', file, () => realpath(file));
  if (!real.ok) return real;
  const checked = await checkSeed(real.value, scratch);
  return checked.ok ? ok({ file: real.value, compiler: undefined }) : checked;
}

async function defaultSeed(seed: Seed, store: Store, scratch: string, options: SeedOptions): Promise<Result<Chosen>> {
  if (seed.from === undefined)
    return fail('E_SEED_MISSING', `the chain does not say what its seed "${seed.name}" is built from`, 'give a static TinyCC with --seed FILE');
  const compiler = findHostCompiler();
  if (!compiler.ok) return compiler;
  const file = defaultSeedFile(join(store.layout.zilchDir, 'seeds'), seed.from.sha256, compiler.value);
  // One that was kept before may be empty: of a power cut, or a disk.
  if (!(await checkSeedFile(file)).ok) {
    const source = await options.fetch(seed.from);
    if (!source.ok) return source;
    options.onBuild?.(compiler.value.name);
    const built = await buildDefaultSeed(store.hostPath(source.value), compiler.value, scratch, options.signal);
    if (!built.ok) return built;
    // What is kept has been checked.
    const checked = await checkSeed(built.value, scratch);
    if (!checked.ok) return checked;
    const kept = await attemptAsync('keep the seed as', file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await flush(built.value);
      // Renamed: a crash leaves no half of a seed. Two at once make the same one.
      await rename(built.value, file);
    });
    if (!kept.ok) return kept;
  }
  return ok({ file, compiler: compiler.value.name });
}

/** Waits until the disk has a file's bytes: a name for them alone may get there earlier. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
