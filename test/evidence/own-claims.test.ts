/** The claims that the repository has are whole, and signed by the key of their policy: by Zilch's own checks and by programs of others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { admit } from '../../src/evidence/judge/admit.js';
import { readClaims } from '../../src/evidence/places.js';
import { parsePolicy } from '../../src/evidence/policy/policy.js';
import { unwrap } from '../../src/result.js';

const FOLDER = fileURLToPath(new URL('../../evidence/', import.meta.url));
const policy = unwrap(parsePolicy(readFileSync(join(FOLDER, 'policy.json'), 'utf8'), 'policy.json'));

test('every line counts, from the seed to stage 1 and on', async () => {
  const lines = unwrap(await readClaims([FOLDER], [], {}));
  const { claims, refused, repeated } = admit(lines, policy, Date.now());
  expect({ refused, repeated, claims: claims.length }).toEqual({ refused: [], repeated: 0, claims: lines.length });
  expect(claims.map(({ claim }) => claim.target)).toEqual(expect.arrayContaining(['seed-s', 'tinycc-seed', 'stage1']));
});

test('no folder is there but those of the policy’s keys, and none has a secret key', () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...policy.keys.keys()].sort());
  // A public key has 44 characters in base 64, a secret one 88.
  for (const { name } of folders)
    for (const file of readdirSync(join(FOLDER, name)).filter((one) => one.startsWith('key.')))
      expect(readFileSync(join(FOLDER, name, file), 'utf8')).not.toMatch(/[A-Za-z0-9+/]{86}==/);
});

const folder = join(FOLDER, [...policy.keys.keys()][0]!);
const PROGRAMS = {
  minisign: ['-V', '-q', '-p', 'key.minisign.pub', '-m', 'claims.jsonl'],
  'signify-openbsd': ['-V', '-q', '-p', 'key.signify.pub', '-x', 'claims.jsonl.sig', '-m', 'claims.jsonl'],
  'ssh-keygen': ['-Y', 'verify', '-f', 'key.allowed_signers', '-I', 'zilch-project-1', '-n', 'file', '-s', 'claims.jsonl.sshsig'],
};
for (const [program, args] of Object.entries(PROGRAMS))
  test.skipIf(spawnSync(program, ['-h']).error !== undefined)(`${program} finds the signature good`, () => {
    expect(spawnSync(program, args, { cwd: folder, input: readFileSync(join(folder, 'claims.jsonl')) }).status).toBe(0);
  });
