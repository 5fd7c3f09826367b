/**
 * A `.narinfo` file: a binary cache's description of a store path and the address of its NAR. Lines of `Field: value`.
 * Source: Nix's `nar-info.cc` (2.8).
 */
import { fail, ok, type Result } from '../result.js';
import { formatContentAddress, parseContentAddress, type ContentAddress } from './content-address.js';
import { formatHash, parseHash, sha256Hash, type Hash, type Sha256 } from './hash.js';
import type { PathInfo } from './path-info.js';
import { parseSignature } from './signature.js';
import { isDrvPath, parseStorePath, parseStorePathBaseName, storePathBaseName, type DrvPath, type StorePath } from './store-path.js';

export interface NarInfo extends Pick<PathInfo, 'path' | 'narHash' | 'narSize' | 'references' | 'deriver' | 'contentAddress' | 'signatures'> {
  /** Address of the NAR, relative to the cache's. */
  readonly url: string;
  /** `none`, `xz`, `zstd` and the like. */
  readonly compression: string;
  /** Hash of the compressed file at `url`; caches may leave it out. */
  readonly fileHash?: Hash | undefined;
  /** In bytes. */
  readonly fileSize?: number | undefined;
}

/** The text that a path's signatures sign. Source: `ValidPathInfo::fingerprint` in Nix's `path-info.cc`. */
export function pathFingerprint({ path, narHash, narSize, references }: Pick<PathInfo, 'path' | 'narHash' | 'narSize' | 'references'>): string {
  return ['1', path, writeHash(sha256Hash(narHash)), narSize, [...references].sort().join(',')].join(';');
}

/** Writes a `.narinfo` file. */
export function writeNarInfo(info: NarInfo): string {
  const lines = [
    `StorePath: ${info.path}`,
    `URL: ${info.url}`,
    `Compression: ${info.compression}`,
    ...(info.fileHash === undefined ? [] : [`FileHash: ${writeHash(info.fileHash)}`]),
    ...(info.fileSize === undefined ? [] : [`FileSize: ${info.fileSize}`]),
    `NarHash: ${writeHash(sha256Hash(info.narHash))}`,
    `NarSize: ${info.narSize}`,
    `References: ${[...info.references].sort().map(storePathBaseName).join(' ')}`,
    ...(info.deriver === undefined ? [] : [`Deriver: ${storePathBaseName(info.deriver)}`]),
    ...[...info.signatures].sort().map((signature) => `Sig: ${signature}`),
    ...(info.contentAddress === undefined ? [] : [`CA: ${formatContentAddress(info.contentAddress)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function writeHash(hash: Hash): string {
  return `${hash.algorithm}:${formatHash(hash, 'base32')}`;
}

/**
 * Reads a `.narinfo` file. Like Nix it ignores unknown fields, because caches add their own, and malformed signatures.
 * All other fields must be right, and only `Sig` may come twice. Fails with `E_NARINFO` and the name of the wrong
 * field.
 */
export function parseNarInfo(text: string): Result<NarInfo> {
  try {
    return ok(new Fields(text).narInfo());
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    return fail('E_NARINFO', `the narinfo file is malformed: ${error.message}`);
  }
}

/** Thrown and caught in this file only. */
class FieldProblem extends Error {}

class Fields {
  private readonly values = new Map<string, string[]>();

  constructor(text: string) {
    const lines = text.split('\n');
    if (lines.pop() !== '') throw new FieldProblem('its last line does not end');
    for (const [index, line] of lines.entries()) {
      // Only well-formed, right signatures count. Others may be of a kind that does not exist yet.
      if (line.startsWith('Sig:') && !parseSignature(line.slice('Sig: '.length)).ok) continue;
      const separator = line.indexOf(': ');
      if (separator <= 0) throw new FieldProblem(`line ${index + 1} is not "Field: value"`);
      const field = line.slice(0, separator);
      const values = this.values.get(field) ?? [];
      values.push(line.slice(separator + 2));
      this.values.set(field, values);
    }
  }

  narInfo(): NarInfo {
    const narHash = this.required('NarHash', (text) => parseHash(text));
    if (narHash.algorithm !== 'sha256') throw new FieldProblem('NarHash is not a SHA-256 hash');
    const deriver = this.optional('Deriver', (text) => (text === 'unknown-deriver' ? ok(undefined) : parseDeriver(text)));
    return {
      path: this.required('StorePath', parseStorePath),
      url: this.required('URL', parseText),
      // The meaning in caches from before the field existed.
      compression: this.optional('Compression', parseText) ?? 'bzip2',
      ...given(
        'fileHash',
        this.optional('FileHash', (text) => parseHash(text)),
      ),
      ...given('fileSize', this.optional('FileSize', parseSize)),
      narHash: narHash.hex as Sha256,
      narSize: this.required('NarSize', parseSize),
      references: this.optional('References', parseReferences) ?? [],
      ...given('deriver', deriver),
      signatures: this.values.get('Sig') ?? [],
      ...given<'contentAddress', ContentAddress>('contentAddress', this.optional('CA', parseContentAddress)),
    };
  }

  private required<T>(field: string, parse: (text: string) => Result<T>): T {
    const value = this.optional(field, parse);
    if (value === undefined) throw new FieldProblem(`${field} is missing`);
    return value;
  }

  private optional<T>(field: string, parse: (text: string) => Result<T>): T | undefined {
    const [text, second] = this.values.get(field) ?? [];
    if (second !== undefined) throw new FieldProblem(`${field} is given twice`);
    return text === undefined ? undefined : this.checked(field, parse(text));
  }

  private checked<T>(field: string, result: Result<T>): T {
    if (result.ok) return result.value;
    throw new FieldProblem(`${field}: ${result.failure.message}`);
  }
}

/** An optional property that is absent rather than undefined. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };
}

function parseText(text: string): Result<string> {
  return text === '' ? fail('E_NARINFO', 'it is empty') : ok(text);
}

function parseSize(text: string): Result<number> {
  const size = /^\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? ok(size) : fail('E_NARINFO', `"${text}" is not a size in bytes`);
}

function parseDeriver(text: string): Result<DrvPath> {
  const path = parseStorePathBaseName(text);
  if (!path.ok) return path;
  return isDrvPath(path.value) ? ok(path.value) : fail('E_NARINFO', `"${text}" is not a derivation`);
}

function parseReferences(text: string): Result<readonly StorePath[]> {
  const paths: StorePath[] = [];
  for (const baseName of text.split(' ').filter((word) => word !== '')) {
    const path = parseStorePathBaseName(baseName);
    if (!path.ok) return path;
    paths.push(path.value);
  }
  return ok(paths.sort());
}
