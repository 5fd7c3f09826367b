import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEYS, World } from '../../../test/support/evidence-world.js';
import { whyNoNix } from '../../../test/support/nix.js';
import { tempDirectory } from '../../../test/support/store.js';
import { openBlobs } from '../../exchange/index.js';
import { formatPublicKey, publicKeyOf } from '../../formats/index.js';
import { unwrap } from '../../result.js';
import { addClaims } from '../claims-folder.js';
import { keyIdOf } from './key.js';
import { signedFilePath } from './nix-cache.js';

const secret = KEYS.alice;
const keyId = keyIdOf(secret);
const SIGNED_FILES = ['claims.jsonl', 'SHA256SUMS'];

/** A signer's folder with the claims of a whole chain. */
async function signedFolder(): Promise<string> {
  const directory = tempDirectory();
  unwrap(await addClaims(unwrap(openBlobs(directory, {})), new World().claims(), secret));
  return join(directory, keyId);
}

/** How programs of others check a file of a signer's folder: each an exit status, 0 for a good signature. */
const CHECKERS: Readonly<Record<string, (folder: string, file: string) => number | null>> = {
  minisign: (folder, file) => status('minisign', ['-V', '-q', '-p', join(folder, 'key.minisign.pub'), '-m', join(folder, file)]),
  'signify-openbsd': (folder, file) =>
    status('signify-openbsd', ['-V', '-q', '-p', join(folder, 'key.signify.pub'), '-x', join(folder, `${file}.sig`), '-m', join(folder, file)]),
  'ssh-keygen': (folder, file) =>
    status(
      'ssh-keygen',
      ['-Y', 'verify', '-f', join(folder, 'key.allowed_signers'), '-I', 'alice-1', '-n', 'file', '-s', join(folder, `${file}.sshsig`)],
      readFileSync(join(folder, file)),
    ),
  nix: (folder, file) =>
    status('nix', [
      ...['--extra-experimental-features', 'nix-command', 'store', 'verify', '--store', `file://${folder}`, '--sigs-needed', '1'],
      ...['--trusted-public-keys', formatPublicKey(publicKeyOf(secret)), signedFilePath(keyId, file)],
    ]),
};

function status(program: string, args: readonly string[], input?: Buffer): number | null {
  const home = tempDirectory();
  return spawnSync(program, args, { input, env: { ...process.env, HOME: home, XDG_CACHE_HOME: home } }).status;
}

function whyNot(program: string): string | undefined {
  if (program === 'nix') return whyNoNix();
  return spawnSync(program, ['-h']).error === undefined ? undefined : `${program} is not installed`;
}

describe.each(Object.keys(CHECKERS))('%s, which knows nothing of Zilch,', (program) => {
  const missing = whyNot(program);
  if (missing !== undefined) console.warn(`skipped: ${missing}`);
  const check = CHECKERS[program]!;

  test.skipIf(missing !== undefined).each(SIGNED_FILES)('finds the signature of %s good', async (file) => {
    expect(check(await signedFolder(), file)).toBe(0);
  });

  test.skipIf(missing !== undefined).each(SIGNED_FILES)('refuses %s when a byte of it is another', async (file) => {
    const folder = await signedFolder();
    for (const changed of [join(folder, file), join(folder, 'nar', `${file}.nar`)]) {
      const bytes = readFileSync(changed);
      const at = bytes.length - 200;
      bytes[at] = bytes[at]! ^ 1;
      writeFileSync(changed, bytes);
    }
    expect(check(folder, file)).not.toBe(0);
  });

  test.skipIf(missing !== undefined)('refuses what another key signed', async () => {
    const folder = await signedFolder();
    const other = tempDirectory();
    unwrap(await addClaims(unwrap(openBlobs(other, {})), new World().claims(), KEYS.bob));
    const bobs = join(other, keyIdOf(KEYS.bob));
    for (const file of ['claims.jsonl', 'claims.jsonl.minisig', 'claims.jsonl.sig', 'claims.jsonl.sshsig'])
      writeFileSync(join(folder, file), readFileSync(join(bobs, file)));
    // For Nix: bob's file under alice's name, with bob's signature.
    mkdirSync(join(folder, 'nar'), { recursive: true });
    writeFileSync(join(folder, 'nar/claims.jsonl.nar'), readFileSync(join(bobs, 'nar/claims.jsonl.nar')));
    const narInfoOf = (directory: string, signer: typeof secret): string =>
      join(directory, `${signedFilePath(keyIdOf(signer), 'claims.jsonl').slice('/nix/store/'.length).slice(0, 32)}.narinfo`);
    const stolen = readFileSync(narInfoOf(bobs, KEYS.bob), 'utf8').replaceAll(
      signedFilePath(keyIdOf(KEYS.bob), 'claims.jsonl'),
      signedFilePath(keyId, 'claims.jsonl'),
    );
    writeFileSync(narInfoOf(folder, secret), stolen);
    expect(check(folder, 'claims.jsonl')).not.toBe(0);
  });
});

describe('a single claim', () => {
  test('is checked by signify from its line alone, put together by shell and base64', async () => {
    const missing = whyNot('signify-openbsd');
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return;
    }
    const folder = await signedFolder();
    // As docs/evidence.md has it.
    const script = `set -eu
line=$(sed -n 2p claims.jsonl)
field() { printf '%s' "$line" | sed 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/'; }
field payload | base64 -d > payload
{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < payload)"; cat payload; } > signed
{ echo 'untrusted comment: x'; { sed -n 2p key.signify.pub | base64 -d | head -c 10; field sig | base64 -d; } | base64 -w0; echo; } > signed.sig
signify-openbsd -V -q -p key.signify.pub -x signed.sig -m signed`;
    expect(() => execFileSync('sh', ['-c', script], { cwd: folder })).not.toThrow();
  });
});
