/**
 * Nix's base 32: an alphabet without e, o, t and u. The bits are taken from the end of the bytes, so the first
 * character has the highest bits of the last byte. Source: Nix's `libutil/hash.cc`.
 */
import { fail, ok, type Result } from '../result.js';

const ALPHABET = '0123456789abcdfghijklmnpqrsvwxyz';
const VALUES = new Map(Array.from(ALPHABET, (character, index) => [character, index]));

/** Length in characters of `byteCount` bytes. */
export function base32Length(byteCount: number): number {
  return Math.ceil((byteCount * 8) / 5);
}

/** Encodes bytes, for example the 20 bytes of a store path's hash as 32 characters. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  for (let n = base32Length(bytes.length) - 1; n >= 0; n--) {
    const bit = n * 5;
    const index = bit >> 3;
    const shift = bit & 7;
    const low = (bytes[index] ?? 0) >> shift;
    const high = shift > 3 ? (bytes[index + 1] ?? 0) << (8 - shift) : 0;
    text += ALPHABET.charAt((low | high) & 31);
  }
  return text;
}

/** Decodes; fails on a character outside the alphabet, an impossible length, or padding bits that are not zero. */
export function decodeBase32(text: string): Result<Uint8Array> {
  const byteCount = Math.floor((text.length * 5) / 8);
  if (base32Length(byteCount) !== text.length) {
    return fail('E_BASE32', `"${text}" is not base 32: no number of bytes takes ${text.length} characters`);
  }
  const bytes = new Uint8Array(byteCount);
  for (let n = 0; n < text.length; n++) {
    const character = text.charAt(text.length - 1 - n);
    const value = VALUES.get(character);
    if (value === undefined) return fail('E_BASE32', `"${text}" is not base 32: it has the character "${character}"`);
    const bit = n * 5;
    const index = bit >> 3;
    const shift = bit & 7;
    bytes[index]! |= (value << shift) & 0xff;
    const carry = value >> (8 - shift);
    if (carry === 0) continue;
    if (index + 1 >= byteCount) return fail('E_BASE32', `"${text}" is not base 32: its padding bits are not zero`);
    bytes[index + 1]! |= carry;
  }
  return ok(bytes);
}
