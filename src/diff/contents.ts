/** Describes the differences of two files in terms of their format. */
import { gunzipSync } from 'node:zlib';
import { fail, ok, type Result } from '../result.js';
import { archiveMembers } from './archive.js';
import { diffElf, isElf, type ElfDifference } from './elf.js';
import { diffLines, type Hunk } from './lines.js';

export type ContentsDifference =
  | { readonly kind: 'text'; readonly hunks: readonly Hunk[] }
  | { readonly kind: 'bytes'; readonly firstOffset: number; readonly rows: readonly Hunk[] }
  | { readonly kind: 'elf'; readonly elf: ElfDifference; readonly bytes: ContentsDifference }
  /** For `ar` archives and compressed files: their parts by name. */
  | {
      readonly kind: 'parts';
      readonly parts: readonly { readonly name: string; readonly what: 'only in the first' | 'only in the second' | ContentsDifference }[];
    }
  /** Too large to compare in detail. */
  | { readonly kind: 'large'; readonly firstOffset: number };

const MAX_PARTS = 50;
const MAX_UNPACKED = 64 * 2 ** 20;
const MAX_NESTING = 4;

/** Compares two files that are not equal. */
export async function diffContents(a: Buffer, b: Buffer, nesting = 0): Promise<ContentsDifference> {
  const [membersA, membersB] = [archiveMembers(a), archiveMembers(b)];
  if (nesting < MAX_NESTING && membersA !== undefined && membersB !== undefined) {
    const parts = await diffParts(membersA, membersB, nesting);
    // The members are equal, but their order or dates differ: compare the bytes of the archive.
    return parts.length === 0 ? diffBytes(a, b) : { kind: 'parts', parts };
  }
  if (nesting < MAX_NESTING && isGzip(a) && isGzip(b)) {
    const [plainA, plainB] = [gunzip(a), gunzip(b)];
    if (plainA.ok && plainB.ok && !plainA.value.equals(plainB.value)) {
      return { kind: 'parts', parts: [{ name: 'uncompressed', what: await diffContents(plainA.value, plainB.value, nesting + 1) }] };
    }
  }
  if (isElf(a) && isElf(b)) return { kind: 'elf', elf: await diffElf(a, b), bytes: diffBytes(a, b) };
  if (isText(a) && isText(b)) return { kind: 'text', hunks: diffLines(lines(a), lines(b)) };
  return diffBytes(a, b);
}

async function diffParts(
  a: ReadonlyMap<string, Buffer>,
  b: ReadonlyMap<string, Buffer>,
  nesting: number,
): Promise<(ContentsDifference & { kind: 'parts' })['parts']> {
  const parts = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [first, second] = [a.get(name), b.get(name)];
    if (first !== undefined && second !== undefined && first.equals(second)) continue;
    const what =
      second === undefined ? 'only in the first' : first === undefined ? 'only in the second' : await diffContents(first, second, nesting + 1);
    parts.push({ name, what } as const);
    if (parts.length === MAX_PARTS) break;
  }
  return parts;
}

/** The index of the first byte that differs; `undefined` if the files are equal. */
export function firstDifferentByte(a: Buffer, b: Buffer): number | undefined {
  const common = Math.min(a.length, b.length);
  if (a.compare(b, 0, common, 0, common) === 0) return a.length === b.length ? undefined : common;
  // Halving compares with compiled code; a loop over single bytes would take a second for 100 MB.
  let [low, high] = [0, common];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (a.compare(b, low, middle, low, middle) === 0) low = middle;
    else high = middle;
  }
  return low;
}

const ROW = 16;
const ROWS_BEFORE = 2;
const ROWS = 24;

/** Some rows of hexadecimal digits around the first difference. */
function diffBytes(a: Buffer, b: Buffer): ContentsDifference {
  const firstOffset = firstDifferentByte(a, b) ?? 0;
  const from = Math.max(0, Math.floor(firstOffset / ROW) - ROWS_BEFORE) * ROW;
  const rows = diffLines(hexRows(a, from), hexRows(b, from));
  return { kind: 'bytes', firstOffset, rows: rows.map((hunk) => ({ ...hunk, first: hunk.first + from / ROW, second: hunk.second + from / ROW })) };
}

function hexRows(bytes: Buffer, from: number): string[] {
  const rows: string[] = [];
  for (let at = from; at < Math.min(bytes.length, from + ROWS * ROW); at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const digits = row
      .toString('hex')
      .replace(/../g, '$& ')
      .padEnd(3 * ROW);
    rows.push(`${at.toString(16).padStart(8, '0')}  ${digits} ${row.toString('latin1').replace(/[^ -~]/g, '.')}`);
  }
  return rows;
}

function lines(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  const split = text.split('\n');
  if (split.at(-1) === '') split.pop();
  else split.push('(no newline at the end)');
  return split;
}

/** Decides like git: no zero byte near the beginning. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 8000).includes(0) && bytes.length < MAX_UNPACKED;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzip(bytes: Buffer): Result<Buffer> {
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }));
  } catch (error) {
    return fail('E_COMPRESSION', (error as Error).message);
  }
}
