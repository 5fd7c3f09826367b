import type { Command } from 'commander';
import { targetClosure } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { hashTree } from '../../store/index.js';
import { pinKey, readPins, writePins, type Pin } from '../../verify/index.js';
import { pinnedOutputs, targetsOf, withView, type PinnedOutput, type Session } from '../../workspace/index.js';
import { outputTable } from '../build-table.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { printJson, printLine } from '../output.js';

/** `zilch pins check|update` */
export function register(command: Command): void {
  const check = command
    .command('check')
    .summary('compare what is built with the pins')
    .argument('[targets...]', 'targets, and all they need (default: everything built)');
  check.description('Compares the hashes that were registered when the outputs were built. With --contents it reads every file and hashes it again.');
  withJson(withChain(check)).option('--contents', 'compare the bytes on disk, not what the database says of them');
  perform(check, (names: readonly string[], options: ChainOptions & { json?: true; contents?: true }) =>
    withView(options, async (session) => {
      const registered = outputsOf(session, names);
      if (!registered.ok) return registered;
      const damaged = options.contents === true ? await findDamage(session, registered.value) : ok(new Set<string>());
      if (!damaged.ok) return damaged;
      const outputs = registered.value.map((output) => (damaged.value.has(output.key) ? { ...output, pinned: 'different' as const } : output));
      const rows = outputs.map((output) => ({ ...output, seconds: undefined }));
      if (options.json === true)
        printJson(rows.map(({ key, info, pinned }) => ({ output: key, path: info.path, narHash: info.narHash, narSize: info.narSize, pinned })));
      else if (rows.length === 0) printLine(`nothing of it is built in ${session.store.root}: nothing was compared`);
      else {
        for (const line of outputTable(rows, process.stdout.columns || Number.POSITIVE_INFINITY)) printLine(line);
        printLine(
          options.contents === true
            ? 'compared with the pins: every byte on disk'
            : 'compared with the pins: what the database says of the outputs (--contents reads their bytes)',
        );
      }
      if (damaged.value.size > 0)
        return fail(
          'E_STORE_DAMAGED',
          `no longer what was registered: ${[...damaged.value].join(', ')}`,
          'zilch verify-store --repair deletes what is damaged, and the next build makes it again',
        );
      const different = rows.filter(({ pinned }) => pinned === 'different').map(({ key }) => key);
      return different.length === 0 ? ok(undefined) : fail('E_DIFFERENT', `not what is pinned: ${different.join(', ')}`);
    }),
  );

  const update = command
    .command('update')
    .summary('pin what is built')
    .argument('[targets...]', 'targets, and all they need (default: everything built)');
  update.description('Pins outputs that this store has built itself. Pins of other outputs stay, those of targets that are gone go.');
  perform(withChain(update), (names: readonly string[], options: ChainOptions) =>
    withView(options, async (session) => {
      const outputs = outputsOf(session, names);
      return outputs.ok ? updatePins(session, outputs.value) : outputs;
    }),
  );
}

/** Hashes outputs again; returns the keys of those that differ from what was registered. */
async function findDamage({ store }: Session, outputs: readonly PinnedOutput[]): Promise<Result<ReadonlySet<string>>> {
  const damaged = new Set<string>();
  for (const { key, info } of outputs) {
    const hashed = await hashTree(store.hostPath(info.path));
    if (!hashed.ok && hashed.failure.code !== 'E_NOT_FOUND') return hashed;
    if (!hashed.ok || hashed.value.narHash !== info.narHash || hashed.value.narSize !== info.narSize) damaged.add(key);
  }
  return ok(damaged);
}

function outputsOf(session: Session, names: readonly string[]): Result<PinnedOutput[]> {
  const pins = readPins(session.loaded.pinsFile);
  if (!pins.ok) return pins;
  if (names.length === 0) return ok(pinnedOutputs(session, session.chain.targets, pins.value));
  const named = targetsOf(session, names);
  if (!named.ok) return named;
  const targets = targetClosure(
    session.chain,
    named.value.map(({ target }) => target),
  );
  return ok(pinnedOutputs(session, targets, pins.value));
}

async function updatePins(session: Session, outputs: readonly PinnedOutput[]): Promise<Result<undefined>> {
  const { pinsFile } = session.loaded;
  const pins = readPins(pinsFile);
  if (!pins.ok) return pins;
  if (outputs.length === 0)
    return fail('E_NOT_BUILT', `nothing of it is built in ${session.store.root}`, 'was it built from another seed? Then name that: --seed FILE');
  // A fetched output does not show what its recipe builds. What is pinned already stays as it is.
  const foreign = outputs.find(({ info, pinned }) => !info.ultimate && pinned !== 'same');
  if (foreign !== undefined)
    return fail('E_NOT_BUILT', `${foreign.key} was not built in this store but copied into it`, `zilch build --rebuild ${foreign.target.name}`);
  const known = new Set(session.chain.targets.flatMap(({ name, recipe }) => recipe.outputNames.map((outputName) => pinKey(name, outputName))));
  const kept = [...pins.value].filter(([key]) => known.has(key));
  const fresh = outputs.map(({ key, info: { path, narHash, narSize } }): [string, Pin] => [key, { path, narHash, narSize }]);
  const written = await writePins(pinsFile, new Map([...kept, ...fresh]));
  if (!written.ok) return written;
  const changed = outputs.filter(({ pinned }) => pinned !== 'same');
  for (const { key, pinned } of changed) printLine(`${pinned === 'new' ? 'added  ' : 'changed'}  ${key}`);
  for (const [key] of pins.value) if (!known.has(key)) printLine(`removed  ${key}`);
  printLine(`${formatCount(outputs.length, 'output')} pinned in ${pinsFile}`);
  return ok(undefined);
}
