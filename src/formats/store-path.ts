/**
 * Store paths: `/nix/store/<32 characters of base 32>-<name>`. The hash part is a fingerprint of the path's contents or
 * of how it is made. It does not depend on where the store is on disk. Source: Nix manual, "Store path", and
 * `store-api.cc`.
 */
import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../result.js';
import { encodeBase32 } from './base32.js';
import { compressHash, sha256, type Hash, type Sha256 } from './hash.js';

/** The start of every store path, independent of the store's directory on disk. */
export const STORE_DIR = '/nix/store';

/** A whole logical store path, `/nix/store/<hash>-<name>`. */
export type StorePath = string & { readonly __storePath: unique symbol };

/** The store path of a derivation; ends in `.drv`. */
export type DrvPath = StorePath & { readonly __drvPath: unique symbol };

/** How the bytes of a content-addressed path are hashed: the file itself, its NAR, or a text with references. */
export type IngestionMethod = 'flat' | 'recursive' | 'text';

/** How a file or a tree is hashed; the only methods for outputs of derivations. */
export type FileIngestionMethod = Exclude<IngestionMethod, 'text'>;

const HASH_LENGTH = 32;
const MAX_NAME_LENGTH = 211;
const BASE_NAME = /^[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]{1,211}$/;

/**
 * Reads a whole store path; accepts what Nix 2.8 accepts, including names with a leading dot. Fails with
 * `E_STORE_PATH`.
 */
export function parseStorePath(text: string): Result<StorePath> {
  if (!text.startsWith(`${STORE_DIR}/`)) return fail('E_STORE_PATH', `"${text}" is not in ${STORE_DIR}`);
  return parseStorePathBaseName(text.slice(STORE_DIR.length + 1));
}

/** Reads `<hash>-<name>`, as in file names of the store and references of narinfo files. Fails with `E_STORE_PATH`. */
export function parseStorePathBaseName(baseName: string): Result<StorePath> {
  if (BASE_NAME.test(baseName)) return ok(`${STORE_DIR}/${baseName}` as StorePath);
  return fail(
    'E_STORE_PATH',
    `"${baseName}" is not a store path: ${HASH_LENGTH} characters of base 32, "-", a name of 1 to ${MAX_NAME_LENGTH} characters`,
  );
}

/**
 * Checks a name for a new store path: letters, digits and `+-._?=`, 1 to 211 characters, no leading dot (Nix 2.8 would
 * accept one, versions before and after it do not). Fails with `E_STORE_NAME`.
 */
export function checkName(name: string): Result<string> {
  if (name.length > MAX_NAME_LENGTH) return fail('E_STORE_NAME', `the name "${name.slice(0, 40)}…" is longer than ${MAX_NAME_LENGTH} characters`);
  if (/^[0-9a-zA-Z+\-_?=][0-9a-zA-Z+\-._?=]*$/.test(name)) return ok(name);
  return fail('E_STORE_NAME', `"${name}" cannot be a store path's name: letters, digits and +-._?= only, no leading dot, not empty`);
}

/** Narrows a store path to a derivation's. */
export function isDrvPath(path: StorePath): path is DrvPath {
  return path.endsWith('.drv');
}

/** The path's last component, `<hash>-<name>`. */
export function storePathBaseName(path: StorePath): string {
  return path.slice(STORE_DIR.length + 1);
}

/** The 32 characters before the name: reference scanning searches for these. */
export function storePathHash(path: StorePath): string {
  return path.slice(STORE_DIR.length + 1, STORE_DIR.length + 1 + HASH_LENGTH);
}

/** The part after the hash and its dash. */
export function storePathName(path: StorePath): string {
  return path.slice(STORE_DIR.length + HASH_LENGTH + 2);
}

/** Makes a path from a type, an inner hash and a name. All paths are made here. */
export function makeStorePath(type: string, innerHash: Sha256, name: string): StorePath {
  const fingerprint = `${type}:sha256:${innerHash}:${STORE_DIR}:${name}`;
  const digest = createHash('sha256').update(fingerprint).digest();
  return `${STORE_DIR}/${encodeBase32(compressHash(digest, 20))}-${name}` as StorePath;
}

/** The path of a text with references: a derivation, or a file of `builtins.toFile`. `contents` is hashed as UTF-8. */
export function makeTextPath(name: string, contents: string | Uint8Array, references: readonly StorePath[]): StorePath {
  return makeStorePath(typeWithReferences('text', references, false), sha256(contents), name);
}

/** What a content-addressed output refers to; `self` means the path that is being made. */
export interface OutputReferences {
  readonly others: readonly StorePath[];
  readonly self: boolean;
}

const NO_REFERENCES: OutputReferences = { others: [], self: false };

/**
 * The path of content by its hash. Only `recursive` SHA-256 content may have references (the modern kind, "source");
 * all other content gets the older fixed-output form. References with another kind are a bug.
 */
export function makeContentPath(name: string, method: IngestionMethod, hash: Hash, references: OutputReferences = NO_REFERENCES): StorePath {
  if (method === 'text') return makeStorePath(typeWithReferences('text', references.others, references.self), hash.hex as Sha256, name);
  if (method === 'recursive' && hash.algorithm === 'sha256') {
    return makeStorePath(typeWithReferences('source', references.others, references.self), hash.hex as Sha256, name);
  }
  if (references.others.length > 0 || references.self)
    throw new Error(`Internal error: ${method} ${hash.algorithm} content of "${name}" cannot have references`);
  const method_ = method === 'recursive' ? 'r:' : '';
  return makeStorePath('output:out', sha256(`fixed:out:${method_}${hash.algorithm}:${hash.hex}:`), name);
}

/** The path of an input-addressed output, from its derivation's hash modulo fixed outputs with masked outputs. */
export function makeOutputPath(outputName: string, drvHash: Sha256, pathName: string): StorePath {
  return makeStorePath(`output:${outputName}`, drvHash, pathName);
}

function typeWithReferences(type: string, others: readonly StorePath[], self: boolean): string {
  // A set, because two outputs with the same path are one reference.
  return [type, ...[...new Set(others)].sort(), ...(self ? ['self'] : [])].join(':');
}
