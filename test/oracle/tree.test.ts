import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatHash, sha256Hash } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { dumpTree, hashTree, restoreTree } from '../../src/store/tree/index.js';
import { whyNoNix } from '../support/nix.js';
import { anyTree, makeTree, narOf, type Tree } from '../support/tree.js';

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

const TREES = 2000;

/** Many random trees in one, so that each of Nix's programs is run once for all. The seed goes into what a failure says. */
function manyTrees(): { readonly seed: number; readonly tree: Tree; readonly trees: ReadonlyMap<string, Tree> } {
  const seed = Date.now() % 2 ** 31;
  const trees = new Map(fc.sample(anyTree, { seed, numRuns: TREES }).map((tree, index) => [`t${String(index).padStart(4, '0')}`, tree]));
  return { seed, trees, tree: { type: 'directory', entries: trees } };
}

async function dump(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  unwrap(await dumpTree(path, (chunk) => chunks.push(Buffer.from(chunk))));
  return Buffer.concat(chunks);
}

const theirDump = (path: string): Buffer => execFileSync('nix-store', ['--dump', path], { maxBuffer: 1 << 30 });

describe.skipIf(missing !== undefined)('beside real Nix', () => {
  test(`each of ${TREES} random trees has the NAR that \`nix-store --dump\` gives, and all together the hash of \`nix-hash\``, async () => {
    const { seed, tree, trees } = manyTrees();
    const path = join(work, 'many');
    makeTree(tree, path);
    const [ours, theirs] = [await dump(path), theirDump(path)];
    // Where they differ, one tree does: told apart only then, for that takes a process each.
    const wrong = ours.equals(theirs)
      ? undefined
      : await firstOf([...trees.keys()], async (name) => !(await dump(join(path, name))).equals(theirDump(join(path, name))));
    expect(ours.equals(theirs), `seed ${seed}, tree ${wrong}`).toBe(true);
    const { narHash } = unwrap(await hashTree(path));
    expect(formatHash(sha256Hash(narHash), 'base32')).toBe(
      execFileSync('nix-hash', ['--type', 'sha256', '--base32', path], { encoding: 'utf8' }).trim(),
    );
  });

  test(`NARs of ${TREES} random trees are restored by \`nix-store --restore\` to the trees they are of, and by us to the same`, async () => {
    const { seed, tree } = manyTrees();
    const path = join(work, 'restored');
    const nar = narOf(tree);
    execFileSync('nix-store', ['--restore', path], { input: nar });
    unwrap(await restoreTree([nar], `${path}.ours`));
    expect(await hashTree(`${path}.ours`), `seed ${seed}`).toEqual(await hashTree(path));
    expect(theirDump(`${path}.ours`).equals(nar), `seed ${seed}`).toBe(true);
  });

  test('no damage to a NAR, wherever it is, is taken by us that `nix-store --restore` refuses', async () => {
    const nar = narOf({
      type: 'directory',
      entries: new Map([
        ['a', { type: 'file', executable: true, contents: Buffer.from('x') }],
        ['b', { type: 'symlink', target: 't' }],
      ]),
    });
    let taken = 0;
    for (let at = 0; at < nar.length; at++) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const damaged = Buffer.from(nar);
        damaged[at]! ^= bit;
        const ours = await restoreTree([damaged], join(work, String(count++)));
        if (!ours.ok) continue;
        taken++;
        execFileSync('nix-store', ['--restore', join(work, String(count++))], { input: damaged, stdio: ['pipe', 'pipe', 'pipe'] });
      }
    }
    // The file's one byte, the symlink's target and the two names can be others.
    expect(taken).toBeGreaterThan(4);
    expect(taken).toBeLessThan(13);
  });
});

async function firstOf<T>(things: readonly T[], isIt: (thing: T) => Promise<boolean>): Promise<T | undefined> {
  for (const thing of things) if (await isIt(thing)) return thing;
  return undefined;
}
