import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { seedsOf } from '../../chain/index.js';
import { formatOutputName } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { checkSeed } from '../../seed/index.js';
import { attemptAsync } from '../../store/index.js';
import { BuiltOutputs, withView, type Session } from '../../workspace/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';

/** `zilch seed check|show` */
export function register(command: Command): void {
  const check = command.command('check').summary('find out whether a program can be the seed').argument('<file>', 'a static TinyCC');
  check.description('Runs the program, outside any sandbox, on one line of C.');
  perform(withJson(check), async (file: string, options: { json?: true }) => show(await givenFacts(file), options));

  const showCommand = command.command('show').summary('say what the chain starts from, or was last built from');
  perform(withJson(withChain(showCommand)), (options: ChainOptions & { json?: true }) =>
    withView(options, async (session) => show(await facts(session), options)),
  );
}

type Facts = Readonly<Record<string, string>>;

function show(facts: Result<Facts>, { json }: { json?: true }): Result<undefined> {
  if (!facts.ok) return facts;
  if (json === true) printJson(facts.value);
  else for (const line of formatTable(Object.entries(facts.value))) printLine(line);
  return ok(undefined);
}

async function givenFacts(file: string): Promise<Result<Facts>> {
  const scratch = await mkdtemp(join(tmpdir(), 'zilch-seed-'));
  try {
    const checked = await checkSeed(file, scratch);
    if (!checked.ok) return checked;
    const sha256 = await hashFile(file);
    return sha256.ok ? ok({ file, version: checked.value.version, sha256: sha256.value }) : sha256;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function facts(session: Session): Promise<Result<Facts>> {
  const { store, loaded, chain, seed: given } = session;
  const [seed] = seedsOf(loaded.chain);
  if (seed === undefined) return fail('E_SEED_MISSING', `the chain in ${loaded.directory} has no seed`);
  if (given !== undefined) {
    const hostPath = store.hostPath(given);
    const sha256 = store.isValid(given) ? await hashFile(hostPath) : ok('it is not in the store yet');
    return sha256.ok ? ok({ name: seed.name, from: 'given with --seed', path: given, file: hostPath, sha256: sha256.value }) : sha256;
  }
  const made = seed.default;
  if (made === undefined) return fail('E_SEED_MISSING', `the chain makes no "${seed.name}" of its own`, 'give a static TinyCC with --seed FILE');
  const target = chain.targets.find(({ recipe }) => recipe === made.recipe);
  const drvPath = target?.build.drvPath ?? [...chain.derivations].find(([, drv]) => drv.name === made.recipe.drvName)?.[0];
  const info = drvPath === undefined ? undefined : new BuiltOutputs(session).find(drvPath, made.outputName);
  return ok({
    name: seed.name,
    from: `made by the chain: ${formatOutputName(target?.name ?? made.recipe.drvName, made.outputName)}`,
    ...(drvPath === undefined ? {} : { derivation: drvPath }),
    ...(info === undefined ? { path: 'not built yet' } : { path: info.path, file: store.hostPath(info.path) }),
  });
}

function hashFile(file: string): Promise<Result<string>> {
  return attemptAsync('read', file, async () => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  });
}
