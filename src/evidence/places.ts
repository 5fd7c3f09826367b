/** Reads claims from files, directories of signers' folders, caches and web servers. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openBlobs, readSmall } from '../exchange/index.js';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { claimsKey } from './claims-folder.js';
import type { ClaimLine } from './judge/admit.js';
import type { KeyId } from './signing/key.js';

/** Enough for ten thousand steps and a hundred signers. */
const MAX_BYTES = 1 << 29;
/** A directory holds signers' folders, or is a repository that has such a directory. */
const MAX_DEPTH = 3;

/**
 * Reads the lines of all places. In a directory it reads every `*.jsonl`. An address cannot be listed, so it is asked for the claims of the
 * policy's keys. Only addresses need a network.
 */
export async function readClaims(
  places: readonly string[],
  keys: Iterable<KeyId>,
  environment: NodeJS.ProcessEnv,
): Promise<Result<readonly ClaimLine[]>> {
  const lines: ClaimLine[] = [];
  for (const place of places) {
    const read = /^(https?|s3|file):/.test(place) ? await readAddress(place, keys, environment) : readLocal(resolve(place));
    if (!read.ok) return read;
    for (const { name, text } of read.value)
      for (const [index, line] of text.split('\n').entries()) if (line !== '') lines.push({ where: `${name}:${index + 1}`, text: line });
  }
  return ok(lines);
}

interface ClaimsText {
  readonly name: string;
  readonly text: string;
}

async function readAddress(address: string, keys: Iterable<KeyId>, environment: NodeJS.ProcessEnv): Promise<Result<readonly ClaimsText[]>> {
  const blobs = openBlobs(address, environment);
  if (!blobs.ok) return blobs;
  const texts: ClaimsText[] = [];
  for (const key of keys) {
    const text = await readSmall(blobs.value, claimsKey(key), MAX_BYTES);
    if (!text.ok) return text;
    if (text.value !== undefined) texts.push({ name: `${blobs.value.address}/${claimsKey(key)}`, text: text.value });
  }
  return ok(texts);
}

function readLocal(place: string): Result<readonly ClaimsText[]> {
  return attempt('read the claims', place, () => filesOf(place, 0).map((file) => ({ name: file, text: readFileSync(file, 'utf8') })));
}

function filesOf(place: string, depth: number): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH && !entry.name.startsWith('.')) return filesOf(path, depth + 1);
      return entry.isFile() && entry.name.endsWith('.jsonl') ? [path] : [];
    });
}
