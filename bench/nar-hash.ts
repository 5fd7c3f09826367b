/**
 * Hashing a large tree to a NAR hash, beside `nix-hash`. `npx jiti bench/nar-hash.ts [TREE]`; without a tree, an unpacked
 * tarball from the source cache is taken.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashTree, scanTree } from '../src/store/tree/index.js';
import { makeTextPath } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { compare } from './harness.js';

const SOURCES = join(homedir(), '.cache/zilch/sources');

/** Unpacks the largest GCC that was fetched; in memory where there is some, lest a disk is measured. */
function unpackedSource(): string {
  const tarball = existsSync(SOURCES) ? readdirSync(SOURCES).find((name) => name.startsWith('gcc-h8300')) : undefined;
  if (tarball === undefined) throw new Error(`no gcc tarball is in ${SOURCES}: give a tree as the argument`);
  const target = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zilch-bench-'));
  execFileSync('tar', ['-xf', join(SOURCES, tarball), '-C', target]);
  return target;
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
  await compare('hash a tree, and look for 100 references in it', { name: 'scanTree', run: async () => void unwrap(await scanTree(tree, candidates)) }, peer);
} finally {
  if (given === undefined) rmSync(tree, { recursive: true });
}
