import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { loadChain, seedsOf } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { checkSeed, provideSeed } from '../../seed/index.js';
import { attemptAsync } from '../../store/index.js';
import { collect, perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatTable } from '../format.js';
import { printError, printJson, printLine } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';
import { fetchAll, withOpenStore, type FetchingOptions } from '../session.js';

/** `zilch seed build|show` */
export function register(command: Command): void {
  const build = command.command('build').summary('build the default seed, or check a given one, and print its store path');
  withChain(build).option('--offline', 'never touch the network').option('--sources <dir>', 'directory or bundle to take tarballs from', collect);
  perform(build, async (options: ChainOptions & FetchingOptions) => {
    const seed = await seedFacts(options);
    if (seed.ok) printLine(seed.value.hostPath);
    return seed.ok ? ok(undefined) : seed;
  });
  const show = command.command('show').summary('say what the seed is: version, compiler, hash');
  perform(withJson(withChain(show)), async (options: ChainOptions & { json?: true }) => {
    const seed = await seedFacts(options);
    if (!seed.ok) return seed;
    if (options.json === true) printJson(seed.value);
    else for (const line of formatTable(Object.entries(seed.value))) printLine(line);
    return ok(undefined);
  });
}

interface SeedFacts {
  readonly name: string;
  readonly version: string;
  readonly compiler: string;
  /** Of the file. */
  readonly sha256: string;
  readonly path: string;
  readonly hostPath: string;
}

async function seedFacts(options: ChainOptions & FetchingOptions): Promise<Result<SeedFacts>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  const [seed] = seedsOf(loaded.value.chain);
  if (seed === undefined) return fail('E_SEED_MISSING', `the chain in ${loaded.value.directory} has no seed`);
  return withOpenStore(options, async (store) => {
    const reporter = chooseReporter(false);
    try {
      const provided = await provideSeed(seed, store, {
        file: options.seed,
        fetch: async (source) => {
          const fetched = await fetchAll([source], store, { ...options, emit: reporter.emit });
          return fetched.ok ? ok(fetched.value.get(source)!) : fetched;
        },
        onBuild: (compiler) => printError(`compiling a TinyCC as the seed with ${compiler}\n`),
      });
      if (!provided.ok) return provided;
      const { path, hostPath, compiler } = provided.value;
      const scratch = store.tempDir();
      if (!scratch.ok) return scratch;
      const checked = await checkSeed(hostPath, scratch.value);
      if (!checked.ok) return checked;
      const { version } = checked.value;
      const sha256 = await hashFile(hostPath);
      if (!sha256.ok) return sha256;
      return ok({ name: seed.name, version, compiler: compiler ?? `given: ${options.seed ?? ''}`, sha256: sha256.value, path, hostPath });
    } finally {
      reporter.close();
    }
  });
}

function hashFile(file: string): Promise<Result<string>> {
  return attemptAsync('read', file, async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  });
}
