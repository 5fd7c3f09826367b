/** Archives, whole, damaged and hostile, made by the tools of the host; and the expected result of unpacking them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, linkSync, utimesSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from './crc32.js';
import { deflateRawSync, gzipSync } from 'node:zlib';

/** What is packed; and what must come out, or `undefined` where the archive is to be refused. */
export interface Packed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly content: Buffer | undefined;
}

export type Format = 'gzip' | 'bzip2' | 'xz';

/** Some that repeats itself and some that does not: enough for several blocks of a small size. */
export const CONTENT = ((): Buffer => {
  const random = lcg(7);
  const lines = Array.from({ length: 6000 }, (_, at) => `line ${String(at % 97)} of ${String(random() % 1000)}\n`);
  return Buffer.concat([Buffer.from(lines.join('')), Buffer.from(Array.from({ length: 50_000 }, () => random() & 255)), Buffer.alloc(70_000)]);
})();

export const hasTool = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

export function pack(format: Format, content: Buffer, ...options: readonly string[]): Buffer {
  return execFileSync(format, ['-c', ...options], { input: content, maxBuffer: 1 << 26 });
}

/** Files as people make them, and files that are not whole. */
export function packedFiles(format: Format): readonly Packed[] {
  const one = pack(format, CONTENT);
  const empty = pack(format, Buffer.alloc(0));
  const twice = Buffer.concat([CONTENT, CONTENT]);
  const zeros = Buffer.alloc(1024);
  const whole: readonly (readonly [string, Buffer, Buffer])[] = [
    ['as it is packed', one, CONTENT],
    ['fast', pack(format, CONTENT, '-1'), CONTENT],
    ['empty', empty, Buffer.alloc(0)],
    ['two, one behind the other', Buffer.concat([one, one]), twice],
    ['two with an empty one between', Buffer.concat([one, empty, one]), twice],
    ['zeros behind the last', Buffer.concat([one, one, zeros]), twice],
  ];
  const damaged: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['a byte behind the last', Buffer.concat([one, Buffer.from('x')])],
    ['text behind the last', Buffer.concat([one, one, CONTENT.subarray(0, 5000)])],
    ['text behind zeros', Buffer.concat([one, zeros, Buffer.from('x')])],
    ['the beginning of another', Buffer.concat([one, one.subarray(0, 3)])],
    ['half of another', Buffer.concat([one, one.subarray(0, one.length >> 1)])],
    ['another that is damaged', Buffer.concat([one, flip(one, one.length >> 1)])],
    ...[1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 20, 40, one.length >> 1, one.length - 5].map((less): readonly [string, Buffer] => [
      `${String(less)} bytes too short`,
      one.subarray(0, one.length - less),
    ]),
  ];
  return [
    ...whole.map(([name, bytes, content]) => ({ name, bytes, content })),
    ...damaged.map(([name, bytes]) => ({ name, bytes, content: undefined })),
  ];
}

/** One bit changed, in many places; each must be refused, or be one of those that mean nothing, as a time in a header. */
export function flips(packed: Buffer, count: number): readonly Buffer[] {
  const random = lcg(11);
  const ends = [...Array(30).keys()].flatMap((at) => [at, packed.length - 1 - at]);
  return [...ends, ...Array.from({ length: count }, () => random() % packed.length)].map((at) => flip(packed, at, 1 << (random() & 7)));
}

export function flip(bytes: Buffer, at: number, bit = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= bit;
  return copy;
}

/** gzip's headers with all that may be in one. */
export function gzipHeaders(): readonly Packed[] {
  const member = (flags: number, fields: Buffer, checksum?: number): Buffer => {
    const header = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]), fields]);
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(checksum ?? crc32(header) & 0xffff);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(CONTENT));
    trailer.writeUInt32LE(CONTENT.length, 4);
    return Buffer.concat([header, ...(flags & 2 ? [sum] : []), deflateRawSync(CONTENT), trailer]);
  };
  const extra = Buffer.from('\u0005\0abcde', 'latin1');
  const name = Buffer.from('name\0');
  const comment = Buffer.from('comment\0');
  const wrongLength = gzipSync(CONTENT);
  wrongLength.writeUInt32LE(CONTENT.length + 1, wrongLength.length - 4);
  return [
    { name: 'a name', bytes: member(8, name), content: CONTENT },
    { name: 'a comment', bytes: member(16, comment), content: CONTENT },
    { name: 'all there can be', bytes: member(31, Buffer.concat([extra, name, comment])), content: CONTENT },
    { name: 'a checksum of the header', bytes: member(2, Buffer.alloc(0)), content: CONTENT },
    { name: 'an extra field that is longer than the file', bytes: member(4, Buffer.from([255, 255])).subarray(0, 100), content: undefined },
    { name: 'a name without an end', bytes: Buffer.concat([member(8, name).subarray(0, 10), Buffer.alloc(50, 65)]), content: undefined },
    { name: 'the wrong length', bytes: wrongLength, content: undefined },
    { name: 'the wrong length, and another one behind', bytes: Buffer.concat([wrongLength, gzipSync(CONTENT)]), content: undefined },
  ];
}

/** A directory with what a tarball may hold, for tar of the host. */
export class Tree {
  readonly directory = mkdtempSync(join(tmpdir(), 'zilch-tree-'));

  constructor() {
    mkdirSync(join(this.directory, 'top/inner'), { recursive: true });
    writeFileSync(join(this.directory, 'top/file'), 'file\n');
    writeFileSync(join(this.directory, 'top/inner/zero'), '');
    writeFileSync(join(this.directory, `top/inner/${'long'.repeat(40)}`), CONTENT);
    writeFileSync(join(this.directory, 'top/inner/program'), '#!/bin/sh\n', { mode: 0o755 });
    for (const name of ['top/file', 'top/inner/program', 'top/inner', 'top']) utimesSync(join(this.directory, name), 981_173_106.5, 981_173_106.5);
  }

  /** Adds links of both kinds. */
  link(): void {
    symlinkSync('file', join(this.directory, 'top/link'));
    symlinkSync('../top/file', join(this.directory, 'top/outward'));
    linkSync(join(this.directory, 'top/file'), join(this.directory, 'top/other'));
    utimesSync(join(this.directory, 'top'), 981_173_106.5, 981_173_106.5);
  }

  /** A file of a megabyte, nearly all of which is a hole. */
  sparse(): void {
    writeFileSync(join(this.directory, 'sparse'), '');
    execFileSync('truncate', ['-s', '1M', join(this.directory, 'sparse')]);
    writeFileSync(join(this.directory, 'sparse'), 'end', { flag: 'a' });
  }

  lock(): void {
    chmodSync(join(this.directory, 'top/inner'), 0o555);
  }

  tar(...options: readonly string[]): Buffer {
    return execFileSync('tar', ['-c', '-C', this.directory, ...options], { maxBuffer: 1 << 26 });
  }

  close(): void {
    chmodSync(join(this.directory, 'top/inner'), 0o755);
    rmSync(this.directory, { recursive: true });
  }
}

/** A header of tar with a right checksum. */
export function tarHeader(name: string, size: number, type: string, change: (header: Buffer) => void = () => undefined): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0' + '0000000\0'.repeat(2), 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0${'0'.padStart(11, '0')}\0        ${type}`, 124);
  header.write('ustar\0' + '00', 257);
  change(header);
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return header;
}

/** A member of tar: its header, and its content to full blocks. */
export function tarMember(name: string, content: Buffer | string, type = '0', change?: (header: Buffer) => void): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([tarHeader(name, bytes.length, type, change), bytes, Buffer.alloc(-bytes.length & 511)]);
}

export const TAR_END = Buffer.alloc(1024);

/** A line of a pax header, with its own length before it. */
export function paxRecord(text: string): string {
  const rest = ` ${text}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return `${String(length)}${rest}`;
}

function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
}
