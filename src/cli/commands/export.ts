import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { fileFailure } from '../file-failure.js';
import { exportArchive, exportNix } from '../../exchange/index.js';
import { exportKit } from '../../kit/index.js';
import { neededSources, targetClosure } from '../../chain/index.js';
import { ok, type Result } from '../../result.js';
import { readPins } from '../../verify/index.js';
import { fetchAll, targetsOf, withSelection, withSession, type FetchingOptions } from '../../workspace/index.js';
import { collect, perform, withChain, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printError, printLine } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';

/** `zilch export nix|archive|kit` */
export function register(command: Command): void {
  const nix = command.command('nix').summary('write the chain as Nix expressions, with a store of its derivations');
  nix.argument('<dir>', 'a new directory').argument('[targets...]', 'targets, exported with all they need (default: every target)');
  withChain(nix)
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect);
  perform(nix, nixCommand);

  const kit = command.command('kit').summary('write the chain as plain files that build it without Zilch, Nix or an operating system');
  kit.argument('<dir>', 'a new directory').argument('[targets...]', 'targets, exported with all they need (default: the chain’s default target)');
  withChain(kit)
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect)
    .option('--no-tarballs', 'leave the tarballs out: the kit says where they come from');
  perform(kit, kitCommand);

  const archive = command.command('archive').summary('write store paths, with all they refer to, as one file in the format of nix-store --export');
  archive.argument('[names...]', 'targets, target^output, or /nix/store/… (default: the chain’s default target)');
  withChain(archive)
    .option('-o, --output <file>', 'where to write (default: standard output)')
    .option('--derivations', 'also how the targets are made: derivations and sources');
  perform(archive, archiveCommand);
}

async function nixCommand(directory: string, names: readonly string[], options: ChainOptions & FetchingOptions): Promise<Result<undefined>> {
  const reporter = chooseReporter(false);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const { store, loaded, chain } = session;
        const named = targetsOf(session, names, names.length === 0);
        if (!named.ok) return named;
        const targets = targetClosure(
          chain,
          named.value.map(({ target }) => target),
        );
        const wanted = targets.map(({ build, recipe }) => ({ drvPath: build.drvPath, outputs: recipe.outputNames }));
        const fetched = await fetchAll(
          neededSources(chain, wanted, () => false),
          store,
          { ...options, emit: reporter.emit, signal },
        );
        if (!fetched.ok) return fetched;
        const drvPaths = new Map(targets.map(({ name, build }) => [name, build.drvPath]));
        const exported = await exportNix(
          {
            ...{ store, targets, derivations: chain.derivations },
            chain: loaded.chain,
            drvPathOf: ({ name }) => drvPaths.get(name)!,
            externalPath: (external) => chain.external.get(external),
          },
          directory,
        );
        if (!exported.ok) return exported;
        reporter.close();
        printLine(
          `${formatCount(targets.length, 'target')}, ${formatCount(exported.value.derivations, 'derivation')} and ${formatCount(exported.value.sources, 'tarball')} in ${directory}; its README.md says how to build them`,
        );
        return ok(undefined);
      }),
    );
  } finally {
    reporter.close();
  }
}

async function kitCommand(
  directory: string,
  names: readonly string[],
  options: ChainOptions & FetchingOptions & { readonly tarballs: boolean },
): Promise<Result<undefined>> {
  const reporter = chooseReporter(false);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const { store, loaded, chain } = session;
        const named = targetsOf(session, names);
        if (!named.ok) return named;
        const wanted = named.value.map(({ target }) => target);
        const needed = options.tarballs
          ? neededSources(
              chain,
              wanted.map(({ build, recipe }) => ({ drvPath: build.drvPath, outputs: recipe.outputNames })),
              () => false,
            )
          : [];
        const fetched = await fetchAll(needed, store, { ...options, emit: reporter.emit, signal });
        if (!fetched.ok) return fetched;
        const pins = readPins(loaded.pinsFile);
        if (!pins.ok) return pins;
        const exported = await exportKit({ store, chain, targets: wanted, pins: pins.value, withSources: options.tarballs }, directory);
        if (!exported.ok) return exported;
        reporter.close();
        printLine(
          `${formatCount(exported.value.steps, 'step')} and ${formatCount(exported.value.sources, 'tarball')} in ${directory}; ${directory}/start builds them`,
        );
        return ok(undefined);
      }),
    );
  } finally {
    reporter.close();
  }
}

function archiveCommand(names: readonly string[], options: ChainOptions & { output?: string; derivations?: true }): Promise<Result<undefined>> {
  return withSelection(names, options, async (store, { paths }) => {
    const closure = store.closure(paths);
    const sink = options.output === undefined ? process.stdout : createWriteStream(options.output);
    try {
      await pipeline(exportArchive(store, closure), sink);
    } catch (error) {
      return fileFailure('write the archive to', options.output ?? 'standard output', error);
    }
    if (options.output !== undefined) printError(`${formatCount(closure.length, 'path')} in ${options.output}\n`);
    return ok(undefined);
  });
}
