import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { cacheServer, CompressedNars, parseCompression, push, Substituter, type Answered, type Compression } from '../../exchange/index.js';
import { emitter } from '../../build/index.js';
import { formatPublicKey, formatSecretKey, generateSecretKey, publicKeyOf } from '../../formats/index.js';
import { ANY_NAME } from '../../http/index.js';
import { fail, ok, type Result } from '../../result.js';
import { attempt, Store } from '../../store/index.js';
import { openCache, readSecretKeys, trustOf, withNamed, withSelection } from '../../workspace/index.js';
import {
  collect,
  perform,
  portNumber,
  positiveInteger,
  processors,
  storeRoot,
  wholeNumber,
  withChain,
  withStore,
  type ChainOptions,
  type StoreOptions,
} from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { formatBytes, formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printError, printLine } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';
import { isServing, listenForEver, serveByMany } from '../serving.js';
import { withTrust, type TrustOptions } from '../trust-options.js';

interface SigningOptions {
  readonly signKey?: readonly string[];
  readonly compression: string;
}

interface ServeOptions extends StoreOptions, SigningOptions {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly name?: readonly string[];
  readonly connections: number;
  readonly narCache?: string;
  readonly narCacheSize: number;
  readonly processes: number;
  readonly quiet?: true;
}

const GIB = 2 ** 30;

/** `zilch cache serve|push|pull|key` */
export function register(command: Command): void {
  const serve = command.command('serve').summary('serve the store as a binary cache over HTTP, which Nix can substitute from');
  withSigning(withStore(serve))
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .addOption(new Option('--port <n>', 'port to listen at').argParser(portNumber).default(5000))
    .addOption(new Option('--priority <n>', 'clients ask caches of lower priority first').argParser(wholeNumber).default(40))
    .option(
      '--name <host>',
      `name that clients call it by, besides addresses and this machine’s name; "${ANY_NAME}" for any; may be given again`,
      collect,
    )
    .addOption(new Option('--connections <n>', 'connections of each process; beyond, the idlest is closed').argParser(positiveInteger).default(512))
    .option('--nar-cache <dir>', 'where compressed NARs are kept (default: in the store’s own nix/var/zilch)')
    .addOption(new Option('--nar-cache-size <n>', 'GiB of compressed NARs to keep').argParser(positiveInteger).default(10))
    .addOption(new Option('--processes <n>', 'processes to serve with').argParser(positiveInteger).default(processors(), 'number of processors'))
    .option('--quiet', 'do not print what is asked');
  perform(serve, serveCommand);

  const pushing = command.command('push').summary('put targets or store paths, with all they refer to, into a cache');
  pushing
    .argument('<cache>', 'directory, file://, http://, https:// or s3://bucket?endpoint=…&region=…')
    .argument('[names...]', 'targets, target^output, or /nix/store/… (default: the chain’s default target)');
  withSigning(withChain(pushing)).option('--derivations', 'push also how the targets are made: derivations and sources');
  perform(pushing, (address: string, names: readonly string[], options: ChainOptions & SigningOptions & { derivations?: true }) =>
    pushCommand(address, names, options),
  );

  const pulling = command.command('pull').summary('take targets or store paths, with all they refer to, from a cache');
  pulling
    .argument('<cache>', 'directory, file://, http://, https:// or s3://bucket?endpoint=…&region=…')
    .argument('[names...]', 'targets, target^output, or /nix/store/… (default: the chain’s default target)');
  withTrust(withChain(pulling));
  perform(pulling, (address: string, names: readonly string[], options: ChainOptions & TrustOptions) => pullCommand(address, names, options));

  const key = command
    .command('key')
    .summary('make a key to sign with; prints the public one')
    .argument('<name>', 'name of the key, by custom host-1')
    .argument('<file>', 'where to put the secret key');
  perform(key, (name: string, file: string) => Promise.resolve(keyCommand(name, file)));
}

function withSigning(command: Command): Command {
  return command
    .option('--sign-key <file>', 'secret key to sign with, as `zilch cache key` makes it; may be given more than once', collect)
    .addOption(new Option('--compression <kind>', 'of NARs').choices(['none', 'zstd', 'xz', 'gzip', 'br', 'bzip2']).default('zstd'));
}

async function serveCommand(options: ServeOptions): Promise<Result<ExitCode | undefined>> {
  const compression = parseCompression(options.compression);
  if (!compression.ok) return compression;
  const secretKeys = readSecretKeys(options.signKey ?? []);
  if (!secretKeys.ok) return secretKeys;
  const store = Store.open(storeRoot(options), { readOnly: true });
  if (!store.ok) return store;
  const { root, layout } = store.value;
  try {
    if (!isServing())
      return await serveByMany(options.processes, (port) => {
        printLine(`serving ${root} at http://${options.host}:${port}`);
        for (const key of secretKeys.value) printLine(`signed by ${formatPublicKey(publicKeyOf(key))}`);
        if (secretKeys.value.length === 0) printLine('not signed: clients that check signatures take nothing; --sign-key signs');
      });
    const compressed = new CompressedNars(options.narCache ?? join(layout.zilchDir, 'nars'), options.narCacheSize * GIB);
    const server = cacheServer({
      store: store.value,
      secretKeys: secretKeys.value,
      compression: compression.value,
      compressed,
      priority: options.priority,
      names: [options.host, ...(options.name ?? [])],
      connections: options.connections,
      onAnswer: options.quiet === true ? undefined : logAnswer,
    });
    return await listenForEver(server, options);
  } finally {
    store.value.close();
  }
}

function logAnswer({ method, path, status, bytes, milliseconds, failure }: Answered): void {
  printLine(`${status} ${method} ${path} ${formatBytes(bytes)} ${milliseconds.toFixed(0)} ms`);
  if (failure !== undefined) printError(`error ${failure.code}: ${failure.message}\n`);
}

async function pushCommand(
  address: string,
  names: readonly string[],
  options: ChainOptions & SigningOptions & { derivations?: true },
): Promise<Result<undefined>> {
  const compression = parseCompression(options.compression);
  if (!compression.ok) return compression;
  const secretKeys = readSecretKeys(options.signKey ?? []);
  if (!secretKeys.ok) return secretKeys;
  const opened = await openCache(address);
  if (!opened.ok) return opened;
  const cache = opened.value;
  return interruptible((signal) =>
    withSelection(names, options, async (store, { paths, realisations }) => {
      const onPush = (path: string, fileSize: number): void => printError(`pushed ${path}  ${formatBytes(fileSize)}\n`);
      const pushed = await push(paths, realisations, {
        store,
        cache,
        compression: compression.value satisfies Compression,
        secretKeys: secretKeys.value,
        signal,
        onPush,
      });
      if (!pushed.ok) return pushed;
      printLine(
        `${formatCount(pushed.value.paths, 'path')} pushed to ${cache.address}, ${formatBytes(pushed.value.fileBytes)}; ${formatCount(realisations.length, 'realisation')}`,
      );
      return ok(undefined);
    }),
  );
}

async function pullCommand(address: string, names: readonly string[], options: ChainOptions & TrustOptions): Promise<Result<undefined>> {
  const trust = trustOf(options);
  if (!trust.ok) return trust;
  const cache = await openCache(address);
  if (!cache.ok) return cache;
  const reporter = chooseReporter(false);
  try {
    return await interruptible((signal) =>
      withNamed(names, options, async (store, { derivations, outputs, paths }) => {
        const asked = { store, caches: [cache.value], trust: trust.value, signal, emit: emitter(reporter.emit) };
        const substituter = new Substituter(asked);
        for (const { drvPath, outputName } of outputs) {
          const pulled = await substituter.require(derivations, drvPath, outputName);
          if (!pulled.ok) return pulled;
        }
        const pulled = await substituter.closure(paths);
        if (!pulled.ok) return pulled;
        reporter.close();
        printLine(`${formatCount(substituter.pulled.paths, 'path')} pulled, ${formatBytes(substituter.pulled.narBytes)}`);
        return ok(undefined);
      }),
    );
  } finally {
    reporter.close();
  }
}

function keyCommand(name: string, file: string): Result<undefined> {
  if (!/^[^:\s]+$/.test(name)) return fail('E_KEY', `"${name}" cannot be the name of a key`, 'take one without spaces and ":", such as host-1');
  const key = generateSecretKey(name);
  // An older key is never overwritten: nobody could check its signatures any more.
  if (existsSync(file)) return fail('E_EXISTS', `${file} exists already`, 'name a file that does not, or use the key that is there');
  const written = attempt('write the key', file, () => {
    writeFileSync(file, `${formatSecretKey(key)}\n`, { mode: 0o600, flag: 'wx' });
  });
  if (!written.ok) return written;
  printLine(formatPublicKey(publicKeyOf(key)));
  return ok(undefined);
}
