import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import { copyClosure, exportArchive, importArchive } from '../../src/exchange/index.js';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';
import { Nix, whyNoNix } from '../support/nix.js';
import { atEnd, codeOf, openStore } from '../support/store.js';
import { buildAll, prepare, realisationsOf, type Prepared } from './small-chain.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: archives are not exchanged with Nix: ${missing}`);

let store: Store;
let prepared: Prepared;
let closure: StorePath[];

beforeEach(async () => {
  store = openStore();
  prepared = await prepare(store);
  const built = await buildAll(store, prepared);
  closure = store.closure([built.get('system^out')!.path, prepared.drvPathOf('system')]);
});

async function exported(paths: readonly StorePath[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exportArchive(store, paths)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function facts(of: Store): object[] {
  return closure.map((path) => ({ ...of.pathInfo(path), registrationTime: undefined, ultimate: undefined }));
}

describe('an archive of store paths', () => {
  test('brings back what was exported, however it comes in pieces', async () => {
    const bytes = await exported(closure);
    for (const size of [1 << 20, 1000, 7]) {
      const other = openStore();
      expect([...unwrap(await importArchive(other, inPieces(bytes, size), { believe: false }))].sort()).toEqual(closure);
      expect(facts(other)).toEqual(facts(store));
      expect(unwrap(await other.verify({ contents: true })).defects).toEqual([]);
    }
  }, 60_000);

  test('is refused when it is damaged, wherever that is, and leaves no path that is not what it says', async () => {
    // The smallest path, so that every byte can be tested.
    const path = closure.find((candidate) => candidate.endsWith('-library-dev'))!;
    const believed = await exported([path]);
    const other = openStore();
    unwrap(
      await copyClosure(
        store,
        other,
        closure.filter((candidate) => candidate.endsWith('-library')),
      ),
    );
    for (let at = 0; at < believed.length; at++) {
      const damaged = Buffer.from(believed);
      damaged[at]! ^= 0x20;
      const result = await importArchive(other, inPieces(damaged, 4096), { believe: false });
      // A name does not prove the deriver.
      if (result.ok) expect(other.pathInfo(result.value[0]!)?.narHash).toBe(store.pathInfo(path)?.narHash);
      else expect(result.failure.code).toMatch(/^E_(ARCHIVE|NAR|UNTRUSTED|REFERENCE|PATH_CONFLICT)$/);
    }
    for (let end = 0; end < believed.length; end += 5)
      expect(codeOf(await importArchive(other, inPieces(believed.subarray(0, end), 4096), { believe: false }))).toMatch(/^E_(ARCHIVE|NAR)$/);
    expect(unwrap(await other.verify({ contents: true })).defects).toEqual([]);
  }, 120_000);

  test.skipIf(missing !== undefined)('is the one Nix makes, byte for byte, and each takes the other’s', async () => {
    const nix = new Nix();
    atEnd(() => {
      nix.close();
    });
    const own = await exported(closure);
    execFileSync('nix-store', ['--store', nix.root, '--import'], {
      input: own,
      env: { ...process.env, NIX_CONFIG: 'build-users-group =\nexperimental-features = ca-derivations' },
    });
    for (const path of closure) execFileSync('diff', ['-r', '--no-dereference', store.hostPath(path), nix.hostPath(path)]);
    for (const path of closure) expect((await exported([path])).equals(nix.run('nix-store', '--export', path))).toBe(true);
    const other = openStore();
    unwrap(await importArchive(other, inPieces(nix.run('nix-store', '--export', ...closure), 100_000), { believe: false }));
    expect(facts(other)).toEqual(facts(store));
  });

  test('does not take a path that proves nothing, unless the user says so', async () => {
    const path = '/nix/store/00000000000000000000000000000000-claim' as StorePath;
    const bytes = Buffer.from(
      (await exported([closure.find((candidate) => candidate.endsWith('-maker'))!])).toString('latin1').replace(/\/nix\/store\/\w{32}-maker/, path),
      'latin1',
    );
    const other = openStore();
    expect(codeOf(await importArchive(other, inPieces(bytes, 4096), { believe: false }))).toBe('E_UNTRUSTED');
    expect(other.allPaths()).toEqual([]);
    expect(codeOf(await importArchive(other, inPieces(bytes, 4096), { believe: true }))).toBe('ok');
    expect(other.pathInfo(path)?.contentAddress).toBeUndefined();
  });
});

describe('copying between stores', () => {
  test('takes a closure and its realisations along, and nothing twice', async () => {
    const other = openStore();
    const realisations = realisationsOf(store, prepared);
    expect(unwrap(await copyClosure(store, other, closure, realisations))).toBe(closure.length);
    expect(unwrap(await copyClosure(store, other, closure, realisations))).toBe(0);
    expect(facts(other)).toEqual(facts(store));
    expect(realisationsOf(other, prepared)).toEqual(realisations);
  });
});
