import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEYS, World } from '../../../test/support/evidence-world.js';
import { CHECKERS, whyNoChecker } from '../../../test/support/signature-checkers.js';
import { tempDirectory } from '../../../test/support/store.js';
import { openBlobs } from '../../exchange/index.js';
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

describe.each(Object.keys(CHECKERS))('%s, which knows nothing of Zilch,', (program) => {
  const missing = whyNoChecker(program);
  if (missing !== undefined) console.warn(`skipped: ${missing}`);
  const check = CHECKERS[program]!;

  test.skipIf(missing !== undefined).each(SIGNED_FILES)('finds the signature of %s good', async (file) => {
    expect(check(await signedFolder(), file, secret)).toBe(0);
  });

  test.skipIf(missing !== undefined).each(SIGNED_FILES)('refuses %s when a byte of it is another', async (file) => {
    const folder = await signedFolder();
    for (const changed of [join(folder, file), join(folder, 'nar', `${file}.nar`)]) {
      const bytes = readFileSync(changed);
      const at = bytes.length - 200;
      bytes[at] = bytes[at]! ^ 1;
      writeFileSync(changed, bytes);
    }
    expect(check(folder, file, secret)).not.toBe(0);
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
    expect(check(folder, 'claims.jsonl', secret)).not.toBe(0);
  });
});

describe('a single claim', () => {
  test('is checked by signify from its line alone, put together by shell and base64', async () => {
    const missing = whyNoChecker('signify-openbsd');
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
