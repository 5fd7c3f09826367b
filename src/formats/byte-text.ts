/**
 * Bytes as text, without loss: bytes that are not UTF-8 become lone surrogates (U+DC80 for the byte 0x80 and so on),
 * which UTF-8 does not have. Nix's texts are bytes; nearly all of them are UTF-8. Source: Python's PEP 383,
 * "surrogateescape".
 */

/** Reads bytes; `bytesOfText` gives them back. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return piecewise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

/** The bytes of a text. Other lone surrogates become U+FFFD, as in all of Node.js. */
export function bytesOfText(text: string): Buffer {
  if (!ESCAPED_BYTE.test(text)) return Buffer.from(text);
  const pieces = text.split(ESCAPED_BYTE).map((piece) => (ESCAPED_BYTE.test(piece) ? Buffer.of(piece.charCodeAt(0) & 0xff) : Buffer.from(piece)));
  return Buffer.concat(pieces);
}

/** A low surrogate that is not half of a pair. */
const ESCAPED_BYTE = /((?<![\ud800-\udbff])[\udc80-\udcff])/;

function piecewise(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : bytes.toString('utf8', at, at + length);
    at += length === 0 ? 1 : length;
  }
  return text;
}

/** The number of bytes of the character at an offset; 0 if they are not UTF-8. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const sequence = bytes.subarray(at, at + length);
  // Overlong forms, surrogates and code points beyond Unicode do not survive decoding and encoding.
  return sequence.length === length && Buffer.from(sequence.toString()).equals(sequence) ? length : 0;
}
