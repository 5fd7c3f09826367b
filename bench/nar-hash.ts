/**
 * Hashing a large tree to a NAR hash, beside `nix-hash`. `npx jiti bench/nar-hash.ts [TREE]`; without a tree, GCC's
 * source is unpacked from the source cache. The peer is a process of its own, a matter of 10 ms; ours is a call.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTextPath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { hashTree, scanTree } from './compiled.js';
import { compare } from './harness.js';

const SOURCES = join(homedir(), '.cache/zilch/sources');

/** In the order they are wanted: the larger, the better. */
const TARBALLS = [/^gcc-10_/, /^gcc-h8300/];

/** Unpacks a GCC that was fetched; in memory where there is some, so that no disk is measured. */
function unpackedSource(): string {
  const fetched = existsSync(SOURCES) ? readdirSync(SOURCES) : [];
  const tarball = TARBALLS.map((pattern) => fetched.find((name) => pattern.test(name))).find((name) => name !== undefined);
  if (tarball === undefined) throw new Error(`no GCC tarball is in ${SOURCES}: give a tree as the argument`);
  const target = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zilch-bench-'));
  unpack(join(SOURCES, tarball), target);
  // Debian's GCC 10 has the whole source in a tarball inside the tarball.
  const inner = readdirSync(target, { recursive: true, encoding: 'utf8' }).find((name) => /\/gcc[^/]*\.tar\.xz$/.test(name));
  if (inner !== undefined) unpack(join(target, inner), target);
  return target;
}

function unpack(tarball: string, target: string): void {
  execFileSync('tar', ['-xf', tarball, '-C', target]);
}

const given = process.argv[2];
const tree = given ?? unpackedSource();
try {
  const ours = unwrap(await hashTree(tree));
  const theirs = execFileSync('nix-hash', ['--type', 'sha256', tree], { encoding: 'utf8' }).trim();
  if (ours.narHash !== theirs) throw new Error(`the hashes differ: ${ours.narHash}, ${theirs}`);
  console.log(`${tree}: a NAR of ${(ours.narSize / 1e6).toFixed(0)} MB\n`);
  const peer = { name: 'nix-hash --type sha256', run: () => void execFileSync('nix-hash', ['--type', 'sha256', tree]) };
  await compare('hash a tree', { name: 'hashTree', run: async () => void unwrap(await hashTree(tree)) }, peer);
  const candidates = Array.from({ length: 100 }, (_, index) => makeTextPath('candidate', String(index), []));
  await compare(
    'hash a tree, and look for 100 references in it',
    { name: 'scanTree', run: async () => void unwrap(await scanTree(tree, candidates)) },
    peer,
  );
} finally {
  if (given === undefined) rmSync(tree, { recursive: true });
}
