/**
 * Hashing a large tree to a NAR hash, beside `nix-hash`. `npx jiti bench/nar-hash.ts [TREE]`; without a tree, GCC's
 * source is fetched and unpacked. The peer is a process of its own, a matter of 10 ms; ours is a call.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTextPath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { hashTree, scanTree } from './compiled.js';
import { compare } from './harness.js';
import { nixes } from './peers.js';
import { sourcesInto } from './sources.js';

/** Unpacks GCC 10's source; in memory where there is some, so that no disk is measured. */
async function unpackedSource(): Promise<string> {
  const target = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zilch-bench-'));
  const [tarball] = await sourcesInto(target, 'gcc10', /^gcc-10/);
  if (tarball === undefined) throw new Error('the chain has no source of GCC 10');
  unpack(tarball, target);
  rmSync(tarball);
  // Debian's GCC 10 has the whole source in a tarball inside the tarball.
  const inner = readdirSync(target, { recursive: true, encoding: 'utf8' }).find((name) => /\/gcc[^/]*\.tar\.xz$/.test(name));
  if (inner !== undefined) unpack(join(target, inner), target);
  return target;
}

function unpack(tarball: string, target: string): void {
  execFileSync('tar', ['-xf', tarball, '-C', target]);
}

const given = process.argv[2];
const tree = given ?? (await unpackedSource());
try {
  const ours = unwrap(await hashTree(tree));
  const peers = (await nixes()).map(({ version, program }) => ({
    name: `nix-hash ${version}`,
    run: () => {
      const theirs = execFileSync(program('nix-hash'), ['--type', 'sha256', tree], { encoding: 'utf8' }).trim();
      if (ours.narHash !== theirs) throw new Error(`the hashes differ: ${ours.narHash}, ${theirs}`);
    },
  }));
  console.log(`${tree}: a NAR of ${(ours.narSize / 1e6).toFixed(0)} MB\n`);
  await compare('hash a tree', { name: 'hashTree', run: async () => void unwrap(await hashTree(tree)) }, peers, 5);
  const candidates = Array.from({ length: 100 }, (_, index) => makeTextPath('candidate', String(index), []));
  await compare(
    'hash a tree, and look for 100 references in it',
    { name: 'scanTree', run: async () => void unwrap(await scanTree(tree, candidates)) },
    peers,
    5,
  );
} finally {
  if (given === undefined) rmSync(tree, { recursive: true });
}
