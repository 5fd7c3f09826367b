import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import {
  findInListing,
  formatHash,
  NarLister,
  NarParser,
  shallowListing,
  type HashAlgorithm,
  type HashEncoding,
  type NarListing,
} from '../../formats/index.js';
import { err, fail, ok, type Result } from '../../result.js';
import { attemptAsync, dumpTree, ioFailure, restoreTree } from '../../store/index.js';
import { perform, withJson } from '../command.js';
import { listingLines } from '../nar-listing.js';
import { printLine, toJson } from '../output.js';

interface HashOptions {
  readonly type: HashAlgorithm;
  readonly base32?: true;
  readonly sri?: true;
  readonly flat?: true;
}

/** `zilch nar hash|dump|restore|ls` */
export function register(command: Command): void {
  const hash = command
    .command('hash')
    .summary('print the hash of files or trees')
    .description('Prints what `nix-hash` prints: the hash of the path’s NAR.');
  hash.argument('<paths...>', 'files or directories');
  hash.addOption(new Option('--type <algorithm>', 'hash algorithm').choices(['md5', 'sha1', 'sha256', 'sha512']).default('sha256'));
  hash.option('--base32', 'print in base 32').option('--sri', 'print as SRI, sha256-…').option('--flat', 'hash the file’s own bytes, not its NAR');
  perform(hash, async (paths: readonly string[], options: HashOptions) => {
    for (const path of paths) {
      const digest = await (options.flat === true ? hashFlat(path, options.type) : hashNar(path, options.type));
      if (!digest.ok) return digest;
      const encoding: HashEncoding = options.sri === true ? 'sri' : options.base32 === true ? 'base32' : 'base16';
      printLine(formatHash({ algorithm: options.type, hex: digest.value }, encoding));
    }
    return ok(undefined);
  });

  const dump = command.command('dump').summary('write the NAR of a path to standard output').argument('<path>', 'file or directory');
  perform(dump, dumpToStdout);

  const restore = command.command('restore').summary('make the tree of a NAR from standard input').argument('<path>', 'where nothing is yet');
  perform(restore, async (path: string) => {
    const restored = await restoreTree(process.stdin as AsyncIterable<Buffer>, path);
    return restored.ok ? ok(undefined) : restored;
  });

  const ls = command
    .command('ls')
    .summary('list what is in a NAR')
    .argument('<nar>', 'file, `-` for standard input')
    .argument('[path]', 'inside the archive', '/');
  withJson(ls).option('-l, --long', 'show modes and sizes').option('-R, --recursive', 'list what is below, too');
  perform(ls, async (nar: string, path: string, options: { json?: true; long?: true; recursive?: true }) => {
    const listing = await readListing(nar === '-' ? (process.stdin as AsyncIterable<Buffer>) : createReadStream(nar), nar);
    if (!listing.ok) return listing;
    const node = findInListing(listing.value, path);
    if (node === undefined) return fail('E_NOT_FOUND', `${nar} has no ${path}`);
    if (options.json === true) printLine(toJson(options.recursive === true ? node : shallowListing(node)));
    else
      for (const line of listingLines(node, basename(path), { long: options.long === true, recursive: options.recursive === true })) printLine(line);
    return ok(undefined);
  });
}

async function hashNar(path: string, algorithm: HashAlgorithm): Promise<Result<string>> {
  const hash = createHash(algorithm);
  const dumped = await dumpTree(path, (chunk) => hash.update(chunk));
  return dumped.ok ? ok(hash.digest('hex')) : dumped;
}

function hashFlat(path: string, algorithm: HashAlgorithm): Promise<Result<string>> {
  return attemptAsync('read', path, async () => {
    const hash = createHash(algorithm);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  });
}

/** On Linux, a write to standard output returns when the bytes are taken. They are copied all the same, so that no part of a chunk is kept. */
async function dumpToStdout(path: string): Promise<Result<undefined>> {
  const dumped = await dumpTree(path, (chunk) => process.stdout.write(Buffer.from(chunk)));
  return dumped.ok ? ok(undefined) : dumped;
}

async function readListing(source: AsyncIterable<Buffer>, name: string): Promise<Result<NarListing>> {
  const lister = new NarLister();
  const parser = new NarParser(lister);
  try {
    for await (const chunk of source) {
      const pushed = parser.push(chunk);
      if (!pushed.ok) return pushed;
    }
  } catch (error) {
    return err(ioFailure('read', name, error));
  }
  const ended = parser.end();
  return ended.ok ? ok(lister.root!) : ended;
}
