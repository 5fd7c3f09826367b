/** Signatures that gpg makes, of keys that it makes: the one program that all upstreams use. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, tempDirectory } from '../../../test/support/store.js';
import { sha256 } from '../../formats/index.js';
import { source } from '../../recipe/index.js';
import { unwrap } from '../../result.js';
import { checkSignatures, verdictOf } from './signatures.js';

const hasGpg = spawnSync('gpg', ['--version']).status === 0;
if (!hasGpg) console.log('skipped: gpg is missing (Debian’s gnupg is wanted)');

// Short: the agent's socket lies in it.
const home = mkdtempSync(join(tmpdir(), 'gpg-'));
const bytes = Buffer.from('a tarball');

/** Runs gpg. One that does not read its input may end first, which would fail with EPIPE: it gets none. */
function gpg(args: readonly string[], input?: Buffer): Buffer {
  return execFileSync('gpg', ['--homedir', home, '--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

function makeKey(name: string, algorithm: string, expires = 'never'): string {
  const then = expires === 'never' ? [] : ['--faked-system-time', '20200101T000000!'];
  gpg([...then, '--quick-generate-key', `${name} <${name}@example.org>`, algorithm, 'sign', expires]);
  return gpg(['--armor', '--export', `${name}@example.org`]).toString();
}

function sign(name: string, ...args: readonly string[]): Buffer {
  return gpg(['--local-user', `${name}@example.org`, '--detach-sign', '--output', '-', ...args], bytes);
}

describe.skipIf(!hasGpg)('a signature of upstream', () => {
  const keys: Record<string, string> = {};
  beforeAll(() => {
    keys['ed25519'] = makeKey('ed25519', 'ed25519');
    keys['rsa'] = makeKey('rsa', 'rsa2048');
    keys['short'] = makeKey('short', 'rsa1024');
    keys['dsa'] = makeKey('dsa', 'dsa2048');
  });
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
  });

  test('that holds is good, armoured or not, by whichever of the keys', async () => {
    for (const name of ['ed25519', 'rsa']) {
      const all = `${keys['short']!}\n${keys[name]!}`;
      for (const signature of [sign(name, '--armor'), sign(name)]) {
        const verdict = await verdictOf(bytes, signature, all);
        expect(verdict).toMatchObject({ verdict: 'good', key: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown });
      }
    }
  });

  test('by a broken hash, by DSA or by a short key holds, and is weak', async () => {
    expect(await verdictOf(bytes, sign('rsa', '--digest-algo', 'SHA1'), keys['rsa']!)).toMatchObject({
      verdict: 'weak',
      detail: expect.stringContaining('sha1') as unknown,
    });
    expect(await verdictOf(bytes, sign('short'), keys['short']!)).toMatchObject({
      verdict: 'weak',
      detail: expect.stringContaining('1024 bits') as unknown,
    });
    expect(await verdictOf(bytes, sign('dsa'), keys['dsa']!)).toMatchObject({ verdict: 'weak', detail: expect.stringContaining('dsa') as unknown });
  });

  test('by a key that had expired by then holds, and is weak', async () => {
    const key = makeKey('old', 'ed25519', '2021-01-01');
    expect(await verdictOf(bytes, sign('old', '--faked-system-time', '20200601T000000!'), key)).toMatchObject({ verdict: 'good' });
    // As upstream has prolonged it, and the copy does not say so yet.
    const id =
      gpg(['--list-keys', '--with-colons', 'old@example.org'])
        .toString()
        .match(/^fpr:+([0-9A-F]{40}):/m)?.[1] ?? '';
    gpg(['--quick-set-expire', id, 'never']);
    const late = await verdictOf(bytes, sign('old'), key);
    expect(late).toMatchObject({ verdict: 'weak', detail: expect.stringContaining('had expired') as unknown });
    expect(await verdictOf(Buffer.from('another tarball'), sign('old'), key)).toMatchObject({ verdict: 'bad' });
  });

  test('of other bytes, by nobody known, cut off or of nonsense does not', async () => {
    expect(await verdictOf(Buffer.from('another tarball'), sign('rsa'), keys['rsa']!)).toMatchObject({ verdict: 'bad' });
    expect(await verdictOf(bytes, sign('rsa'), keys['ed25519']!)).toMatchObject({ verdict: 'unknown key' });
    expect(await verdictOf(bytes, sign('rsa').subarray(0, 100), keys['rsa']!)).toMatchObject({ verdict: 'bad' });
    expect(await verdictOf(bytes, Buffer.from('nonsense'), keys['rsa']!)).toMatchObject({ verdict: 'bad' });
  });

  test('is looked for beside the chain, and a source without one is no failure', async () => {
    const store = openStore();
    const chain = tempDirectory();
    mkdirSync(join(chain, 'signatures'));
    const made = ['signed', 'forged', 'unsigned', 'absent'].map((name) =>
      source({ name, version: '1', file: `${name}.tar`, size: bytes.length, sha256: sha256(bytes), urls: ['http://127.0.0.1:1/x'] }),
    );
    for (const { name, file } of made.filter(({ name: one }) => one !== 'absent')) {
      writeFileSync(join(chain, file), bytes);
      unwrap(await store.addFlatFile(file, join(chain, file)));
      if (name === 'unsigned') continue;
      writeFileSync(join(chain, `signatures/${file}.asc`), sign('rsa'));
      writeFileSync(join(chain, `signatures/${name}.key.asc`), keys[name === 'forged' ? 'ed25519' : 'rsa']!);
    }
    for (const name of ['absent.tar.asc', 'absent.key.asc']) writeFileSync(join(chain, 'signatures', name), '');
    const verdicts = unwrap(await checkSignatures(made, store, chain));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['good', 'unknown key', 'none', 'not here']);
  });
});

test('the chain keeps a key for each signature, and a signature for each key', () => {
  const directory = fileURLToPath(new URL('../../../bootstrap/signatures', import.meta.url));
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.asc')) : [];
  const keys = names.filter((name) => name.endsWith('.key.asc')).map((name) => name.replace('.key.asc', ''));
  const signatures = names.filter((name) => !name.endsWith('.key.asc'));
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    expect(signatures.filter((name) => name.startsWith(`${key}-`))).toHaveLength(1);
    expect(readFileSync(join(directory, `${key}.key.asc`), 'utf8')).toContain('BEGIN PGP PUBLIC KEY BLOCK');
  }
  expect(signatures).toHaveLength(keys.length);
});
