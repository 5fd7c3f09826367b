/** The versions of Nix that tests run, and the suite of Debian that has each. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface TestedNix {
  readonly version: string;
  readonly suite: string;
  /** Debian drops its files when it moves on. That they cannot be fetched is then said, and is no failure. */
  readonly mayVanish: boolean;
}

/** The version that golden files and comparisons byte for byte are held to. */
export const ORACLE_VERSION = '2.8.0';

export const TESTED_NIXES: readonly TestedNix[] = [
  { version: ORACLE_VERSION, suite: 'bookworm', mayVanish: false },
  { version: '2.26.3', suite: 'trixie', mayVanish: false },
  { version: '2.34.8', suite: 'sid', mayVanish: true },
];

/** A package that a Nix consists of: `nix-bin` itself or one with libraries. */
export interface DebianFile {
  readonly sha256: string;
  readonly size: number;
  /** Below the root of a Debian mirror. */
  readonly path: string;
}

/** Where the list of a version's packages lies. `write-lists.ts` makes it. */
export function listFile(version: string): string {
  return fileURLToPath(new URL(`${version}.list`, import.meta.url));
}

export function readList(version: string): DebianFile[] {
  const lines = readFileSync(listFile(version), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [sha256 = '', size = '', path = ''] = line.split(' ');
    return { sha256, size: Number(size), path };
  });
}
