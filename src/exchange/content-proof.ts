import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  makeContentPath,
  sha256Hash,
  storePathName,
  type ContentAddress,
  type Hash,
  type HashAlgorithm,
  type PathInfo,
  type StorePath,
} from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attemptAsync, hashTreeModulo } from '../store/index.js';

/**
 * The content address that a path's own name proves, for the contents at `hostPath` with these `references`. The name
 * is a hash of them, so a signature would prove no more. `undefined` for a path that is named by how it was made.
 */
export async function proveContent(
  { path, narHash, references }: Pick<PathInfo, 'path' | 'narHash' | 'references'>,
  hostPath: string,
): Promise<Result<ContentAddress | undefined>> {
  const name = storePathName(path);
  const others = references.filter((reference) => reference !== path);
  const self = others.length < references.length;
  const modulo = self ? await hashTreeModulo(hostPath, path) : ok(sha256Hash(narHash));
  if (!modulo.ok) return modulo;
  if (makeContentPath(name, 'recursive', modulo.value, { others, self }) === path) return ok({ method: 'recursive', hash: modulo.value });
  if (self) return ok(undefined);
  const flat = await hashPlainFile(hostPath, 'sha256');
  if (!flat.ok || flat.value === undefined) return flat as Result<undefined>;
  if (textPath(name, flat.value, others) === path) return ok({ method: 'text', hash: flat.value });
  return ok(others.length === 0 && makeContentPath(name, 'flat', flat.value) === path ? { method: 'flat', hash: flat.value } : undefined);
}

function textPath(name: string, hash: Hash, references: readonly StorePath[]): StorePath {
  return makeContentPath(name, 'text', hash, { others: references, self: false });
}

/**
 * The hash of a file's bytes; `undefined` for directories, symlinks and programs, which such a hash does not describe
 * fully.
 */
export async function hashPlainFile(hostPath: string, algorithm: HashAlgorithm): Promise<Result<Hash | undefined>> {
  return attemptAsync('read', hostPath, async () => {
    const stat = await lstat(hostPath);
    if (!stat.isFile() || (stat.mode & 0o111) !== 0) return undefined;
    const hash = createHash(algorithm);
    await pipeline(createReadStream(hostPath), hash);
    return { algorithm, hex: hash.digest('hex') };
  });
}
