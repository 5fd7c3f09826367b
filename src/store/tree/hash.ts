import { createHash } from 'node:crypto';
import { ModuloHasher, ReferenceScanner, storePathHash, type Hash, type Sha256, type StorePath } from '../../formats/index.js';
import { ok, type Result } from '../../result.js';
import { dumpTree } from './dump.js';
import { joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { StepWriter } from './step-writer.js';
import { TreeReader, type ReadStep } from './tree-reader.js';

/** A tree's facts that a store registers. */
export interface NarDigest {
  /** SHA-256 of the tree's NAR. */
  readonly narHash: Sha256;
  /** Bytes of the tree's NAR. */
  readonly narSize: number;
}

/** Hashes a tree as its NAR. Fails like `dumpTree`. */
export async function hashTree(hostPath: HostPath, signal?: AbortSignal): Promise<Result<NarDigest>> {
  const hash = createHash('sha256');
  const size = await dumpTree(hostPath, (chunk) => hash.update(chunk), signal);
  return size.ok ? ok({ narHash: hash.digest('hex') as Sha256, narSize: size.value }) : size;
}

/** Hashes a directory as if it had only these entries, each of which must exist. Fails like `dumpTree`. */
export async function hashEntries(hostPath: HostPath, names: readonly string[]): Promise<Result<NarDigest>> {
  const root = toByteString(hostPath);
  const hash = createHash('sha256');
  const writer = new StepWriter((chunk) => hash.update(chunk));
  const written = await runInSlices(root, writer.write(entrySteps(root, names)));
  if (!written.ok) return written;
  writer.finish();
  return ok({ narHash: hash.digest('hex') as Sha256, narSize: writer.size });
}

function* entrySteps(root: ByteString, names: readonly string[]): Generator<ReadStep, void, undefined> {
  yield { kind: 'directory', name: undefined };
  for (const name of names.map(toByteString).sort()) {
    for (const step of new TreeReader(joinBytes(root, name))) yield step.name === undefined ? { ...step, name } : step;
  }
  yield { kind: 'leave', name: undefined };
}

export interface TreeScan extends NarDigest {
  /** The candidates whose hash part occurs somewhere in the tree, including names and symlinks; sorted. */
  readonly references: readonly StorePath[];
}

/** Hashes a tree and finds its references, in one pass. Fails like `dumpTree`. */
export async function scanTree(hostPath: HostPath, candidates: Iterable<StorePath>, signal?: AbortSignal): Promise<Result<TreeScan>> {
  const hash = createHash('sha256');
  const scanner = new ReferenceScanner(candidates);
  const size = await dumpTree(
    hostPath,
    (chunk) => {
      hash.update(chunk);
      scanner.push(chunk);
    },
    signal,
  );
  return size.ok ? ok({ narHash: hash.digest('hex') as Sha256, narSize: size.value, references: scanner.found }) : size;
}

/**
 * The hash for a content-addressed path: of the NAR, modulo the path's own hash part, which is that of `self` (its
 * scratch path). The tree is not changed. Without self-reference it is the `narHash`. Fails like `dumpTree`.
 */
export async function hashTreeModulo(hostPath: HostPath, self: StorePath, signal?: AbortSignal): Promise<Result<Hash>> {
  const hasher = new ModuloHasher(storePathHash(self));
  const size = await dumpTree(
    hostPath,
    (chunk) => {
      hasher.push(chunk);
    },
    signal,
  );
  return size.ok ? ok(hasher.digest()) : size;
}
