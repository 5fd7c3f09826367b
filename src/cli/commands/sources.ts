import { join } from 'node:path';
import type { Command } from 'commander';
import { loadChain, SIGNATURES, sourcesOf } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { sourcePath, type Source } from '../../recipe/index.js';
import { checkAddresses, debianMirrors, describeSource, sourceEntry, swhidOf, swhidOfTarball, writeBundle } from '../../sources/index.js';
import { registerCompare } from '../compare-sources.js';
import { collect, perform, withChainDirectory, withJson, withStore, type ChainOptions } from '../command.js';
import { formatBytes, formatCount, formatTable } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printJson, printLine } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';
import type { Store } from '../../store/index.js';
import { fetchAll, newerVersions, withOpenStore, withStoreForLooking, type FetchingOptions } from '../../workspace/index.js';

type SourcesOptions = Pick<ChainOptions, 'chain' | 'store'> & FetchingOptions & { readonly json?: true };

/** `zilch sources list|fetch|bundle|swhid|signatures|compare|check|add|outdated` */
export function register(command: Command): void {
  const list = withStoreAndChain(command.command('list').summary('list the tarballs of the chain and where to get them'));
  list.option('--swhid', 'print Software Heritage’s identifiers of each tarball and of the tree in it, of those in the store');
  perform(withJson(list), async (options: SourcesOptions & { readonly swhid?: true }) => {
    const sources = await sourcesIn(options);
    if (!sources.ok) return sources;
    if (options.swhid === true) return listSwhids(sources.value, options);
    const rows = sources.value.map((source) => ({ ...source, path: sourcePath(source) }));
    if (options.json === true) printJson(rows);
    else
      for (const line of formatTable(
        rows.map(({ file, size, sha256, locations }) => [file, formatBytes(size), sha256, locations.map(shownLocation).join(' ')]),
        [1],
      ))
        printLine(line);
    return ok(undefined);
  });

  const fetch = withFetching(command.command('fetch').summary('get every tarball of the chain into the store'));
  perform(withStoreAndChain(fetch), (options: SourcesOptions) =>
    withSources(options, (sources) => {
      printLine(`${formatCount(sources.length, 'source')} in the store`);
      return ok(undefined);
    }),
  );

  const bundle = withFetching(
    command
      .command('bundle')
      .summary('write every tarball of the chain into one archive, the same bytes each time')
      .argument('<file>', 'the archive to write'),
  );
  perform(withStoreAndChain(bundle), (file: string, options: SourcesOptions) =>
    withSources(options, (sources, store, chainDirectory) => {
      const written = writeBundle(sources, store, file, join(chainDirectory, SIGNATURES));
      if (!written.ok) return written;
      printLine(`${formatCount(sources.length, 'source')}, ${formatBytes(written.value)}, in ${file}`);
      return ok(undefined);
    }),
  );

  const add = command
    .command('add')
    .summary('print the entry for a tarball, ready to be put into a recipe: size, hash, a guess at its licence')
    .argument('<what>', 'URL, file, or path below a Debian mirror’s root, pool/…');
  perform(withJson(add), (what: string, options: { readonly json?: true }) =>
    interruptible(async (signal) => {
      const described = await describeSource(what, signal);
      if (!described.ok) return described;
      if (options.json === true) printJson(described.value);
      else printLine(sourceEntry(described.value));
      return ok(undefined);
    }),
  );

  const swhid = command
    .command('swhid')
    .summary('print Software Heritage’s identifiers of files and trees')
    .argument('<paths...>', 'files or directories');
  perform(swhid, (paths: readonly string[]) => {
    for (const path of paths) {
      const found = swhidOf(path);
      if (!found.ok) return Promise.resolve(found);
      printLine(`${found.value}  ${path}`);
    }
    return Promise.resolve(ok(undefined));
  });

  const signatures = command.command('signatures').summary('check what upstreams signed of the tarballs in the store');
  perform(withJson(withStoreAndChain(signatures)), signaturesCommand);

  registerCompare(command);

  const check = command.command('check').summary('ask every address of every tarball whether it is still there');
  perform(withJson(withStoreAndChain(check)), checkCommand);

  const outdated = command.command('outdated').summary('say which tarballs have a newer upstream version, by an index of Debian’s');
  withJson(withStoreAndChain(outdated)).option('--suite <name>', 'whose index of sources is asked', 'sid');
  perform(outdated, outdatedCommand);
}

/** Fails only if the index cannot be read. An old version is no failure. */
async function outdatedCommand(options: SourcesOptions & { readonly suite: string }): Promise<Result<undefined>> {
  const sources = await sourcesIn(options);
  if (!sources.ok) return sources;
  const ages = await interruptible((signal) => newerVersions(sources.value, { mirrors: debianMirrors(), suite: options.suite, signal }));
  if (!ages.ok) return ages;
  if (options.json === true) {
    printJson(ages.value);
    return ok(undefined);
  }
  const newer = ages.value.filter(({ state }) => state === 'outdated');
  const unknown = ages.value.filter(({ state }) => state === 'unknown');
  for (const line of formatTable(newer.map(({ name, version, newest, debianPackage }) => [name, version, '->', newest ?? '', debianPackage ?? ''])))
    printLine(line);
  printLine(
    `${newer.length} of ${formatCount(ages.value.length, 'source')} have a newer version in Debian's ${options.suite}${unknown.length === 0 ? '' : `; it does not have ${unknown.map(({ name }) => name).join(', ')}`}`,
  );
  return ok(undefined);
}

/** Fails if a signature is bad. A missing signature is no failure. */
async function signaturesCommand(options: SourcesOptions): Promise<Result<undefined>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  // Loaded here, because OpenPGP is large and only this command needs it.
  const { checkSignatures } = await import('../../evidence/index.js');
  return withStoreForLooking(options, async (store) => {
    const checked = await checkSignatures(sourcesOf(loaded.value.chain), store, loaded.value.directory);
    if (!checked.ok) return checked;
    const rows = checked.value;
    if (options.json === true) printJson(rows);
    else for (const line of formatTable(rows.map(({ file, verdict, key, detail }) => [verdict, file, key ?? '-', detail]))) printLine(line);
    const bad = rows.filter(({ verdict }) => verdict === 'bad' || verdict === 'unknown key');
    return bad.length === 0
      ? ok(undefined)
      : fail('E_SOURCE_SIGNATURE', `no signature that holds: ${bad.map(({ file, detail }) => `${file} (${detail})`).join(', ')}`);
  });
}

/** One line for each source; `-` if it is not in the store. */
async function listSwhids(sources: readonly Source[], options: SourcesOptions): Promise<Result<undefined>> {
  return withStoreForLooking(options, async (store) => {
    const rows: { readonly file: string; readonly content: string | undefined; readonly directory: string | undefined }[] = [];
    for (const source of sources) {
      const path = sourcePath(source);
      if (!store.isValid(path)) {
        rows.push({ file: source.file, content: undefined, directory: undefined });
        continue;
      }
      const content = swhidOf(store.hostPath(path));
      if (!content.ok) return content;
      // Some sources are not tarballs.
      const directory = await swhidOfTarball(store.hostPath(path));
      rows.push({ file: source.file, content: content.value, directory: directory.ok ? directory.value : undefined });
    }
    if (options.json === true) printJson(rows);
    else for (const line of formatTable(rows.map(({ file, content, directory }) => [file, content ?? '-', directory ?? '-']))) printLine(line);
    return ok(undefined);
  });
}

/** Fails only if none of a tarball's addresses has it. */
async function checkCommand(options: SourcesOptions): Promise<Result<undefined>> {
  const sources = await sourcesIn(options);
  if (!sources.ok) return sources;
  const checks = await interruptible((signal) => checkAddresses(sources.value, debianMirrors(), signal));
  if (!checks.ok) return checks;
  const rows = checks.value;
  if (options.json === true) printJson(rows);
  else
    for (const line of formatTable(rows.map(({ file, state, url, said }) => [state === 'there' ? 'there' : state.toUpperCase(), file, url, said])))
      printLine(line);
  const lost = sources.value.filter(({ file }) => !rows.some((row) => row.file === file && row.state === 'there'));
  return lost.length === 0
    ? ok(undefined)
    : fail('E_SOURCE_LOST', `no address has ${lost.map(({ file }) => file).join(', ')}`, '`zilch sources bundle` keeps what this store has');
}

function withStoreAndChain(command: Command): Command {
  return withChainDirectory(withStore(command));
}

function withFetching(command: Command): Command {
  return command
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect);
}

async function sourcesIn(options: SourcesOptions): Promise<Result<readonly Source[]>> {
  const loaded = await loadChain(options.chain);
  return loaded.ok ? ok(sourcesOf(loaded.value.chain)) : loaded;
}

/** Fetches all sources, then runs `use`. */
async function withSources(
  options: SourcesOptions,
  use: (sources: readonly Source[], store: Store, chainDirectory: string) => Result<undefined>,
): Promise<Result<undefined>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  const sources = sourcesOf(loaded.value.chain);
  return withOpenStore(options, (store) =>
    interruptible(async (signal) => {
      const reporter = chooseReporter(false);
      try {
        const fetched = await fetchAll(sources, store, { ...options, emit: reporter.emit, signal });
        if (!fetched.ok) return fetched;
      } finally {
        reporter.close();
      }
      return use(sources, store, loaded.value.directory);
    }),
  );
}

function shownLocation(location: Source['locations'][number]): string {
  return location.kind === 'url' ? location.url : `debian:${location.path}`;
}
