import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatHash, sha256Hash } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { dumpTree, hashTree, restoreTree } from '../../src/store/tree/index.js';
import { whyNoNix } from '../support/nix.js';
import { anyTree, makeTree, narOf } from '../support/tree.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: trees are not compared with Nix's: ${missing}`);

let work: string;
let count = 0;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'zilch-oracle-'));
});
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

describe.skipIf(missing !== undefined)('beside real Nix', () => {
  test('any tree has the NAR that `nix-store --dump` gives, and the hash of `nix-hash`', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (tree) => {
        const path = join(work, String(count++));
        makeTree(tree, path);
        const chunks: Buffer[] = [];
        unwrap(await dumpTree(path, (chunk) => chunks.push(Buffer.from(chunk))));
        expect(Buffer.concat(chunks).equals(execFileSync('nix-store', ['--dump', path]))).toBe(true);
        const { narHash } = unwrap(await hashTree(path));
        expect(formatHash(sha256Hash(narHash), 'base32')).toBe(
          execFileSync('nix-hash', ['--type', 'sha256', '--base32', path], { encoding: 'utf8' }).trim(),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('any NAR of ours is restored by `nix-store --restore` to the tree it is of, and by us to the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (tree) => {
        const path = join(work, String(count++));
        const nar = narOf(tree);
        execFileSync('nix-store', ['--restore', path], { input: nar });
        unwrap(await restoreTree([nar], `${path}.ours`));
        expect(unwrap(await hashTree(`${path}.ours`))).toEqual(unwrap(await hashTree(path)));
        expect(execFileSync('nix-store', ['--dump', path]).equals(nar)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('no damage to a NAR is taken by us that `nix-store --restore` refuses', async () => {
    const nar = narOf({
      type: 'directory',
      entries: new Map([
        ['a', { type: 'file', executable: true, contents: Buffer.from('x') }],
        ['b', { type: 'symlink', target: 't' }],
      ]),
    });
    for (let at = 0; at < nar.length; at += 3) {
      const damaged = Buffer.from(nar);
      damaged[at]! ^= 1;
      const ours = await restoreTree([damaged], join(work, String(count++)));
      if (!ours.ok) continue;
      writeFileSync(join(work, 'damaged.nar'), damaged);
      execFileSync('sh', ['-c', 'nix-store --restore "$1" < "$2"', 'sh', join(work, String(count++)), join(work, 'damaged.nar')], { stdio: 'pipe' });
    }
  });
});
