/** A NAR's tokens come in units of this many bytes. */
export const ALIGNMENT = 8;

/** First token of every NAR. */
export const MAGIC = 'nix-archive-1';

/** Zeros needed after `size` bytes. */
export function paddingOf(size: number): number {
  return (ALIGNMENT - (size % ALIGNMENT)) % ALIGNMENT;
}

/** Writes a length as 64 bits, little-endian. JavaScript's bit operations end at 32 bits, hence two halves. */
export function writeLength(buffer: Buffer, offset: number, length: number): void {
  buffer.writeUInt32LE(length % 2 ** 32, offset);
  buffer.writeUInt32LE(Math.floor(length / 2 ** 32), offset + 4);
}

/** Reads a length; lengths above 2^53 are rounded, but no file is that large. */
export function readLength(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset) + buffer.readUInt32LE(offset + 4) * 2 ** 32;
}

/** The bytes of some consecutive tokens. */
export function encodeTokens(...tokens: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    tokens.flatMap((token) => {
      const bytes = Buffer.from(token);
      const length = Buffer.alloc(ALIGNMENT);
      writeLength(length, 0, bytes.length);
      return [length, bytes, Buffer.alloc(paddingOf(bytes.length))];
    }),
  );
}
