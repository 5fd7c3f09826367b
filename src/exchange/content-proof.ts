import { createHash } from 'node:crypto';
import { createReadStream, lstatSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  makeContentPath,
  sha256Hash,
  storePathName,
  type ContentAddress,
  type Hash,
  type PathInfo,
  type Sha256,
  type StorePath,
} from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attemptAsync, hashTreeModulo } from '../store/index.js';

/**
 * The content address that a path's own name proves, given what lies at `hostPath` and refers to `references`: the name is a hash of
 * that, so no signature could say more. `undefined` for a path that is named after how it was made.
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
  const stat = lstatSync(hostPath);
  if (self || !stat.isFile() || (stat.mode & 0o111) !== 0) return ok(undefined);
  const flat = await attemptAsync('read', hostPath, () => hashFile(hostPath));
  if (!flat.ok) return flat;
  if (textPath(name, flat.value, others) === path) return ok({ method: 'text', hash: flat.value });
  return ok(others.length === 0 && makeContentPath(name, 'flat', flat.value) === path ? { method: 'flat', hash: flat.value } : undefined);
}

function textPath(name: string, hash: Hash, references: readonly StorePath[]): StorePath {
  return makeContentPath(name, 'text', hash, { others: references, self: false });
}

async function hashFile(file: string): Promise<Hash> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return sha256Hash(hash.digest('hex') as Sha256);
}
