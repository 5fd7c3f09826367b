import { createHash } from 'node:crypto';
import { ModuloHasher, ReferenceScanner, storePathHash, type Hash, type HashAlgorithm, type Sha256, type StorePath } from '../../formats/index.js';
import { ok, type Result } from '../../result.js';
import { dumpTree } from './dump.js';
import type { HostPath } from './host-path.js';

/** What a store registers of a tree. */
export interface NarDigest {
  /** SHA-256 of the tree's NAR. */
  readonly narHash: Sha256;
  /** Bytes of the tree's NAR. */
  readonly narSize: number;
}

/** Hashes a tree as its NAR. Fails as `dumpTree` does. */
export async function hashTree(hostPath: HostPath): Promise<Result<NarDigest>> {
  const hash = createHash('sha256');
  const size = await dumpTree(hostPath, (chunk) => hash.update(chunk));
  return size.ok ? ok({ narHash: hash.digest('hex') as Sha256, narSize: size.value }) : size;
}

export interface TreeScan extends NarDigest {
  /** The candidates whose hash part occurs somewhere in the tree, names and symlinks included; sorted. */
  readonly references: readonly StorePath[];
}

/** Hashes a tree and finds what it refers to, in one pass. Fails as `dumpTree` does. */
export async function scanTree(hostPath: HostPath, candidates: Iterable<StorePath>): Promise<Result<TreeScan>> {
  const hash = createHash('sha256');
  const scanner = new ReferenceScanner(candidates);
  const size = await dumpTree(hostPath, (chunk) => {
    hash.update(chunk);
    scanner.push(chunk);
  });
  return size.ok ? ok({ narHash: hash.digest('hex') as Sha256, narSize: size.value, references: scanner.found }) : size;
}

export interface ModuloOptions {
  /** SHA-256 when left out. */
  readonly algorithm?: HashAlgorithm;
  /** Store path hash parts to replace first: those of the other outputs' scratch paths by those of their final ones. */
  readonly rewrites?: ReadonlyMap<string, string>;
}

/**
 * The hash that a content-addressed path is made of: of the NAR, modulo the path's own hash part, as `self` (its scratch
 * path) has it. The tree is not changed. Without self-reference and rewrites it is the `narHash`. Fails as `dumpTree` does.
 */
export async function hashTreeModulo(
  hostPath: HostPath,
  self: StorePath,
  { algorithm = 'sha256', rewrites }: ModuloOptions = {},
): Promise<Result<Hash>> {
  const hasher = new ModuloHasher(storePathHash(self), algorithm, rewrites);
  const size = await dumpTree(hostPath, (chunk) => {
    hasher.push(chunk);
  });
  return size.ok ? ok(hasher.digest()) : size;
}
