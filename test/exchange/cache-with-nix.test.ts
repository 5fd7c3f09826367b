/** Real Nix substitutes from our caches, and we from Nix's. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openBlobs } from '../../src/exchange/blobs/index.js';
import { BinaryCache, cacheServer, CompressedNars, push, Puller, type Compression } from '../../src/exchange/index.js';
import { formatPublicKey, generateSecretKey, parsePublicKey, publicKeyOf, type PathInfo, type SecretKey } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes, dialectOf, Nix } from '../support/nix.js';
import { atEnd, openStore, tempDirectory } from '../support/store.js';
import { buildAll, plainChain, prepare, realisationsOf, type Prepared } from './small-chain.js';

let store: Store;
let prepared: Prepared;
let whole: PathInfo['path'];
let key: SecretKey;

beforeEach(async () => {
  store = openStore();
  prepared = await prepare(store, plainChain);
  whole = (await buildAll(store, prepared)).get('whole^out')!.path;
  key = generateSecretKey('test-1');
});

function cacheAt(address: string): BinaryCache {
  return new BinaryCache(unwrap(openBlobs(address, {})));
}

/** Serves the store; gives the address. */
async function served(compression: Compression): Promise<string> {
  const compressed = new CompressedNars(tempDirectory(), 1 << 30);
  const server = cacheServer({ store, secretKeys: [key], compression, compressed, priority: 40 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Fills a directory; gives its address. */
async function pushed(compression: Compression): Promise<string> {
  const directory = tempDirectory();
  unwrap(await push([whole], realisationsOf(store, prepared), { store, cache: cacheAt(directory), compression, secretKeys: [key] }));
  return `file://${directory}`;
}

function emptyNix(): Nix {
  const nix = new Nix();
  atEnd(() => {
    nix.close();
  });
  return nix;
}

withEachNix('caches', allNixes(), ({ version }) => {
  const dialect = dialectOf(version);

  test.each([
    ['cache serve', served, 'none'],
    ['cache serve', served, 'zstd'],
    ['cache serve', served, 'xz'],
    ['cache push', pushed, 'zstd'],
  ] as const)('are taken from, realisations included: zilch %s', async (_, made, compression) => {
    const address = await made(compression);
    const options = [
      ...['--option', 'substituters', address],
      ...['--option', 'trusted-public-keys', formatPublicKey(publicKeyOf(key))],
      ...['--option', 'sandbox', 'false'],
    ];
    const nix = emptyNix();
    await nix.runAsync('nix-store', '--realise', whole, ...options);
    for (const each of store.closure([whole])) execFileSync('diff', ['-r', '--no-dereference', store.hostPath(each), nix.hostPath(each)]);

    // A Nix that has the derivations builds none of them: it asks for their realisations.
    const second = emptyNix();
    const drvPath = prepared.drvPathOf('whole');
    await second.runAsync('nix', 'copy', '--no-check-sigs', '--derivation', '--from', store.root, drvPath);
    const built = await second.runAsync('nix', 'build', '--no-link', '--json', dialect.outputsOf(drvPath), ...options, '--option', 'max-jobs', '0');
    expect(JSON.parse(built.toString())).toMatchObject([{ drvPath, outputs: { out: whole } }]);
  });

  test('are taken from though signatures by strangers stand beside the right one, by Zilch also beside malformed ones', async () => {
    const address = await pushed('zstd');
    const directory = address.slice('file://'.length);
    const addSignatures = (lines: string): void => {
      for (const name of readdirSync(directory).filter((file) => file.endsWith('.narinfo'))) appendFileSync(join(directory, name), lines);
    };
    addSignatures(`Sig: stranger-1:${Buffer.alloc(64).toString('base64')}\n`);
    const options = ['--option', 'substituters', address, '--option', 'trusted-public-keys', formatPublicKey(publicKeyOf(key))];
    const nix = emptyNix();
    await nix.runAsync('nix-store', '--realise', whole, ...options);
    expect(existsSync(nix.hostPath(whole))).toBe(true);
    // Nix 2.34 calls all of such a file corrupt.
    addSignatures('Sig: x\nSig: stranger-2:x\n');
    const trust = { keys: [publicKeyOf(key)], checkSignatures: true };
    unwrap(await new Puller({ store: openStore(), caches: [cacheAt(address)], trust }).closure([whole]));
  });

  test.each([
    ['cache serve', () => served('zstd'), true],
    ['cache push', () => pushed('zstd'), false],
  ] as const)('answer cleanly when they are asked for listings and logs: zilch %s', async (_, made, hasLogs) => {
    const nix = emptyNix();
    const address = await made();
    expect(JSON.parse((await nix.runAsync('nix', 'store', 'ls', '--json', '--store', address, whole)).toString())).toMatchObject({ type: 'regular' });
    const log = nix.runAsync('nix', 'log', '--store', address, prepared.drvPathOf('user')).then(String);
    if (hasLogs) expect(await log).toContain('working');
    else await expect(log).rejects.toThrow(/is not (available|a valid store path)/);
  });

  test('are made by nix copy, and zilch pulls from them', async () => {
    const nix = emptyNix();
    const keyFile = join(tempDirectory(), 'key');
    const publicKey = await nix.runAsync(
      'sh',
      '-c',
      `nix key generate-secret --key-name nix-1 > ${keyFile}; nix key convert-secret-to-public < ${keyFile}`,
    );
    const drvPath = prepared.drvPathOf('whole');
    await nix.runAsync('nix', 'copy', '--no-check-sigs', '--derivation', '--from', store.root, drvPath);
    // Built there, because only then does Nix sign realisations.
    await nix.runAsync('nix-store', '--realise', drvPath, '--option', 'secret-key-files', keyFile);
    const directory = tempDirectory();
    const target = `file://${directory}?secret-key=${keyFile}`;
    await nix.runAsync('nix', 'copy', '--derivation', '--to', target, drvPath);
    await nix.runAsync('nix', 'copy', '--to', target, dialect.outputsOf(drvPath));
    expect(existsSync(join(directory, 'realisations'))).toBe(true);
    const other = openStore();
    const there = await prepare(other, plainChain);
    const keys = [unwrap(parsePublicKey(publicKey.toString()))];
    const puller = new Puller({ store: other, caches: [cacheAt(`file://${directory}`)], trust: { keys, checkSignatures: true } });
    expect(unwrap(await puller.realisation(there.identities.idOf(there.drvPathOf('whole'), 'out')))).toBe(true);
    unwrap(await puller.closure([drvPath]));
    for (const path of store.closure([whole, drvPath])) {
      const { narHash, narSize, references, contentAddress } = other.pathInfo(path)!;
      expect(store.pathInfo(path)).toMatchObject({ narHash, narSize, references, contentAddress });
    }
    expect(readFileSync(other.hostPath(drvPath), 'utf8')).toContain('Derive(');
  });
});
