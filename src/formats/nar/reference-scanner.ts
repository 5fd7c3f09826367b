import { storePathHash, type StorePath } from '../store-path.js';

const HASH_LENGTH = 32;
const IS_BASE32 = new Uint8Array(256);
for (const character of '0123456789abcdfghijklmnpqrsvwxyz') IS_BASE32[character.charCodeAt(0)] = 1;

/**
 * Finds which of many store paths a stream of bytes refers to, by their 32-character hash parts. It skips like Boyer
 * and Moore: if a character of a window is not base 32, no window with that character can be a hash. Source: `search`
 * of Nix's `references.cc`.
 */
export class ReferenceScanner {
  private readonly sought = new Map<string, StorePath>();
  /** Hash parts by their first two characters, to exclude almost every window before making a string of it. */
  private readonly beginnings = new Uint8Array(65536);
  private readonly seen = new Set<StorePath>();
  private readonly border = Buffer.alloc(2 * (HASH_LENGTH - 1));
  /** How many of the stream's last bytes are at the border's start. */
  private held = 0;

  constructor(candidates: Iterable<StorePath>) {
    for (const path of candidates) {
      const hash = storePathHash(path);
      this.sought.set(hash, path);
      this.beginnings[(hash.charCodeAt(0) << 8) | hash.charCodeAt(1)] = 1;
    }
  }

  /** Those found so far, sorted. */
  get found(): readonly StorePath[] {
    return [...this.seen].sort();
  }

  push(chunk: Uint8Array): void {
    if (this.sought.size === 0) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const taken = bytes.copy(this.border, this.held, 0, HASH_LENGTH - 1);
    this.search(this.border, this.held + taken);
    this.search(bytes, bytes.length);
    this.hold(bytes, this.held + taken);
  }

  /** Keeps the last 31 bytes of the stream, where a hash may have begun. */
  private hold(bytes: Buffer, borderUsed: number): void {
    if (bytes.length >= HASH_LENGTH - 1) {
      this.held = bytes.copy(this.border, 0, bytes.length - (HASH_LENGTH - 1));
      return;
    }
    const start = Math.max(borderUsed - (HASH_LENGTH - 1), 0);
    this.border.copyWithin(0, start, borderUsed);
    this.held = borderUsed - start;
  }

  private search(bytes: Buffer, length: number): void {
    let start = 0;
    while (start + HASH_LENGTH <= length) {
      let last = start + HASH_LENGTH - 1;
      while (last >= start && IS_BASE32[bytes[last]!] === 1) last--;
      if (last >= start) {
        start = last + 1;
        continue;
      }
      // A run of 32 or more: test each window in it without checking its characters again.
      let end = start + HASH_LENGTH;
      for (;;) {
        this.test(bytes, end - HASH_LENGTH);
        if (end === length || IS_BASE32[bytes[end]!] === 0) break;
        end++;
      }
      start = end + 1;
    }
  }

  private test(bytes: Buffer, start: number): void {
    if (this.beginnings[(bytes[start]! << 8) | bytes[start + 1]!] === 0) return;
    const path = this.sought.get(bytes.toString('latin1', start, start + HASH_LENGTH));
    if (path !== undefined) this.seen.add(path);
  }
}
