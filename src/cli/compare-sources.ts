/** `zilch sources compare` */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadChain, sourcesOf } from '../chain/index.js';
import { sourcePath } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import { compareWithList, compareWithTree, foldersLeftOut, shownName, withUnpacked, type SourceComparison } from '../sources/index.js';
import { withStoreForLooking } from '../workspace/index.js';
import { perform, withChainDirectory, withJson, withStore, type ChainOptions } from './command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { formatCount, stripControl } from './format.js';
import { printJson, printLine } from './output.js';

interface CompareOptions extends Pick<ChainOptions, 'chain' | 'store'> {
  readonly inner?: string;
  readonly json?: true;
}

/** Adds the command to `zilch sources`. */
export function registerCompare(command: Command): void {
  const compare = command
    .command('compare')
    .summary('say which of upstream’s files a tarball lacks, has changed or has added')
    .argument('<source>', 'a tarball of the chain, by its file name, or any tarball or directory')
    .argument('[upstream]', 'upstream’s tarball or directory (default: the list of hashes that upstream put into the release)')
    .option('--inner <name>', 'compare the tarball of this name that is in the source');
  compare.addHelpText(
    'after',
    '\nCompares bytes, kinds and permissions of all files and symlinks; not their times and owners. Exit code 0 if the source is upstream’s, or\nupstream’s without some files; 3 if it has changed or added any.',
  );
  perform(withJson(withChainDirectory(withStore(compare))), (source: string, upstream: string | undefined, options: CompareOptions) =>
    withSource(source, options, (tree) =>
      upstream === undefined
        ? conclude(source, compareWithList(tree), options)
        : withTree(upstream, (theirs) => conclude(source, compareWithTree(theirs, tree), options, upstream)),
    ),
  );
}

type Use = (directory: string) => Result<ExitCode> | Promise<Result<ExitCode>>;

async function withSource(word: string, options: CompareOptions, use: Use): Promise<Result<ExitCode>> {
  const { inner } = options;
  const useInner: Use =
    inner === undefined
      ? use
      : (tree) => {
          const name = readdirSync(tree).find((one) => one === inner);
          if (name === undefined) return fail('E_NOT_FOUND', `${inner} is not in ${word}, which has ${readdirSync(tree).join(', ')}`);
          return withUnpacked(join(tree, name), use);
        };
  if (existsSync(word)) return withTree(word, useInner);
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  const source = sourcesOf(loaded.value.chain).find(({ file }) => file === word);
  if (source === undefined) return fail('E_TARGET', `${word} is neither a file nor a tarball of the chain`, '`zilch sources list` shows them');
  return withStoreForLooking(options, (store) => {
    const path = sourcePath(source);
    if (!store.isValid(path)) return Promise.resolve(fail('E_SOURCE', `${word} is not in ${store.root}`, 'zilch sources fetch'));
    return withTree(store.hostPath(path), useInner);
  });
}

async function withTree(path: string, use: Use): Promise<Result<ExitCode>> {
  if (!existsSync(path)) return fail('E_NOT_FOUND', `${path} does not exist`);
  return lstatSync(path).isDirectory() ? use(path) : withUnpacked(path, use);
}

function conclude(source: string, compared: Result<SourceComparison>, { json }: CompareOptions, upstream?: string): Result<ExitCode> {
  if (!compared.ok) return compared;
  const comparison = compared.value;
  if (json === true) printJson(jsonOf(comparison));
  else for (const line of lines(source, comparison, upstream)) printLine(stripControl(line));
  return ok<ExitCode>(comparison.added.length + comparison.changed.length === 0 ? EXIT.done : EXIT.different);
}

function jsonOf({ same, leftOut, added, changed, permissions, list }: SourceComparison): unknown {
  return {
    same,
    leftOut: leftOut.map(shownName),
    added: added.map(shownName),
    changed: changed.map(({ file, what }) => ({ file: shownName(file), what })),
    permissions: permissions.map(({ file, upstream, here }) => ({ file: shownName(file), upstream, here })),
    list,
  };
}

function lines(source: string, comparison: SourceComparison, upstream: string | undefined): readonly string[] {
  const { same, leftOut, added, changed, permissions, list } = comparison;
  const count = (length: number): string => formatCount(length, 'file');
  const against = list === undefined ? upstream : `upstream’s, by its own ${list.identity ?? `list ${list.file}`} (${list.algorithms.join(' and ')})`;
  const what = [
    ...(leftOut.length === 0 ? [] : [`without ${count(leftOut.length)}`]),
    ...(changed.length === 0 ? [] : [`with ${count(changed.length)} changed`]),
    ...(added.length === 0 ? [] : [`with ${count(added.length)} more`]),
  ];
  return [
    ...foldersLeftOut(comparison).map(({ name, files }) => `left out  ${shownName(name)}${name.endsWith('/') ? ` (${count(files)})` : ''}`),
    ...changed.map(({ file, what: how }) => `changed   ${shownName(file)}: ${how}`),
    ...added.map((file) => `added     ${shownName(file)}`),
    `${source} is ${against}${what.length === 0 ? '' : `, ${what.join(', ')}`}; ${count(same)} the same, byte for byte`,
    ...(permissions.length === 0 ? [] : [`${count(permissions.length)} have other permissions, but for executing (--json lists them)`]),
  ];
}
