/** What a recipe says of a tarball, worked out from the tarball: fetched or read once, hashed, and its licence guessed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { Parser, type ReadEntry } from 'tar';
import { HttpClient, HttpFile } from '../http/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, attemptAsync, writeAll } from '../store/index.js';
import { StreamFailure } from '../stream-failure.js';
import { debianMirrors } from './apt-mirrors.js';
import { guessLicence, isLicenceFile, LICENCE_BYTES } from './licence.js';

export interface DescribedSource {
  readonly name: string;
  /** `undefined` where the file's name has none. */
  readonly version: string | undefined;
  readonly size: number;
  readonly sha256: string;
  readonly place: { readonly debian: string } | { readonly urls: readonly [string] };
  readonly licence: { readonly guess: string; readonly from: string } | undefined;
}

/** `what` is a URL, a file, or a path below a Debian mirror's root, `pool/…`. */
export async function describeSource(what: string, signal: AbortSignal): Promise<Result<DescribedSource>> {
  const mirrors = debianMirrors();
  const url = what.startsWith('pool/') && mirrors[0] !== undefined ? `${mirrors[0]}/${what}` : what;
  if (!/^https?:/.test(url)) {
    const file = resolve(url);
    const status = attempt('read', file, () => statSync(file));
    if (!status.ok) return status;
    return status.value.isFile() ? describeFile(file, file, { urls: [pathToFileURL(file).href] }) : fail('E_NO_FILE', `${file} is no file`);
  }
  const mirror = mirrors.find((one) => url.startsWith(`${one}/`));
  const folder = mkdtempSync(join(tmpdir(), 'zilch-source-'));
  try {
    const file = join(folder, 'file');
    const fetched = await fetchTo(new URL(url), file, signal);
    if (!fetched.ok) return fetched;
    return await describeFile(file, new URL(url).pathname, mirror === undefined ? { urls: [url] } : { debian: url.slice(mirror.length + 1) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The name and version that a file's path or address says: `musl-1.2.5.tar.gz`, `musl_1.2.5.orig.tar.gz`, `…/musl/archive/v1.2.5.tar.gz`. */
export function nameAndVersion(path: string): { readonly name: string; readonly version: string | undefined } {
  const bare = decodeURIComponent(basename(path)).replace(/(\.orig)?(\.tar)?(\.(gz|xz|bz2|lz|zst|tgz|zip))?$/, '');
  const project = /\/([^/]+)\/(?:-\/)?archive\//.exec(path)?.[1];
  const [, name, version] = /^(.*?)[-_]v?(\d[\w.+~-]*)$/.exec(bare) ?? [];
  if (name !== undefined && version !== undefined) return { name, version };
  if (project !== undefined && /^v?\d/.test(bare)) return { name: project, version: bare.replace(/^v/, '') };
  return { name: bare, version: undefined };
}

/** As it stands in a recipe. */
export function sourceEntry({ name, version, size, sha256, place, licence }: DescribedSource): string {
  const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return [
    'source({',
    `  name: ${text(name)},`,
    version === undefined ? "  version: '', // its name does not say" : `  version: ${text(version)},`,
    `  size: ${size},`,
    `  sha256: '${sha256}',`,
    'debian' in place ? `  debian: ${text(place.debian)},` : `  urls: [${text(place.urls[0])}],`,
    licence === undefined
      ? "  // licence: '', the file has none of the usual ones"
      : `  licence: ${text(licence.guess)}, // a guess, by ${licence.from}`,
    '}),',
  ].join('\n');
}

async function fetchTo(url: URL, path: string, signal: AbortSignal): Promise<Result<void>> {
  const opened = HttpClient.open(process.env);
  if (!opened.ok) return opened;
  const client = opened.value;
  const fd = openSync(path, 'w');
  try {
    const file = await HttpFile.open(client, url, { signal, hashKnown: true });
    if (!file.ok) return file;
    if (file.value === undefined) return fail('E_FETCH', `${url.href} is not there`);
    for await (const { position, bytes } of file.value.pieces()) {
      // A server that begins anew may have another file.
      if (position === 0) ftruncateSync(fd, 0);
      writeAll(fd, bytes, position);
    }
    return ok(undefined);
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  } finally {
    closeSync(fd);
    await client.close();
  }
}

async function describeFile(file: string, called: string, place: DescribedSource['place']): Promise<Result<DescribedSource>> {
  const hash = createHash('sha256');
  const hashed = await attemptAsync('read', file, () => pipeline(createReadStream(file), hash));
  if (!hashed.ok) return hashed;
  const { size } = statSync(file);
  return ok({ ...nameAndVersion(called), size, sha256: hash.digest('hex'), place, licence: await licenceOf(file, called) });
}

/** The first licence that is known, those at the top of the tarball first. */
async function licenceOf(file: string, called: string): Promise<DescribedSource['licence']> {
  const found = new Map<string, string>();
  const onReadEntry = (entry: ReadEntry): void => {
    if (!isLicenceFile(entry.path)) return entry.resume() as unknown as void;
    const pieces: Buffer[] = [];
    entry.on('data', (piece: Buffer) => pieces.push(piece));
    entry.on('end', () => found.set(entry.path, Buffer.concat(pieces).subarray(0, LICENCE_BYTES).toString()));
  };
  const unpacked = unpack(file, called);
  if (unpacked === undefined) return undefined;
  await new Promise<void>((done) => {
    const parser = new Parser({ onReadEntry, strict: false });
    parser.on('end', () => done());
    parser.on('error', () => done());
    unpacked.on('error', () => parser.end());
    unpacked.on('data', (piece: Buffer) => void parser.write(piece));
    unpacked.on('end', () => parser.end());
  });
  const depth = (path: string): number => path.split('/').length;
  for (const [path, text] of [...found].sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1))) {
    const guess = guessLicence(text);
    if (guess !== undefined) return { guess, from: path.split('/').slice(-1).join() };
  }
  return undefined;
}

function unpack(file: string, called: string): Readable | undefined {
  if (/\.(tar|tar\.gz|tgz)$/.test(called)) return createReadStream(file);
  const program = /\.xz$/.test(called) ? 'xz' : /\.bz2$/.test(called) ? 'bzip2' : undefined;
  if (program === undefined) return undefined;
  const child = spawn(program, ['-dc', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => child.stdout.destroy());
  return child.stdout;
}
