import { createZstdCompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamFailure } from '../../stream-failure.js';
import { compress, decompress } from './compression.js';

async function* pieces(bytes: Uint8Array, length = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const unzstd = (bytes: Uint8Array, length?: number): Promise<Buffer> => collect(decompress(pieces(bytes, length), 'zstd'));

/** Without its size in the header, and with a checksum at its end, as `zstd` makes frames of a pipe. */
async function frameOfPipe(bytes: Uint8Array): Promise<Buffer> {
  return collect(compress(pieces(bytes, 1000), 'zstd'));
}

const SKIPPED = Buffer.from('5f2a4d1803000000ffffff', 'hex');
const SKIPPED_EMPTY = Buffer.from('502a4d1800000000', 'hex');
/** Does not become smaller, so that blocks are as they were; then a block of one byte repeated. */
const NOISE = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n < 200_000 ? (n * 2654435761) >>> 24 : 7)));

describe('zstd data', () => {
  test('of many frames, of every kind, is read to its end, in pieces of any length', async () => {
    const frames = [
      zstdCompressSync('one '),
      SKIPPED,
      await frameOfPipe(NOISE),
      zstdCompressSync(''),
      SKIPPED_EMPTY,
      zstdCompressSync(NOISE),
      SKIPPED,
    ];
    const whole = Buffer.concat([Buffer.from('one '), NOISE, NOISE]);
    for (const length of [1 << 20, 4096, 7]) expect((await unzstd(Buffer.concat(frames), length)).equals(whole)).toBe(true);
    expect((await unzstd(Buffer.concat([zstdCompressSync('one '), zstdCompressSync('two')]), 1)).toString()).toBe('one two');
  });

  test('of no frame is nothing', async () => {
    expect(await unzstd(Buffer.alloc(0))).toHaveLength(0);
  });

  test('is an error wherever it is cut off, but between frames', async () => {
    const first = zstdCompressSync('first');
    const both = Buffer.concat([first, SKIPPED, await frameOfPipe(Buffer.from('second'))]);
    for (let length = 1; length < both.length; length++) {
      const read = unzstd(both.subarray(0, length), 3);
      if (length === first.length || length === first.length + SKIPPED.length) expect((await read).toString()).toBe('first');
      else await expect(read).rejects.toThrow('truncated');
    }
  });

  test('with something else behind a frame is an error', async () => {
    for (const junk of ['junk', '\0', '\0\0\0\0']) {
      await expect(unzstd(Buffer.concat([zstdCompressSync('text'), Buffer.from(junk)]))).rejects.toBeInstanceOf(StreamFailure);
    }
  });

  test('that is damaged is an error, or gives other bytes, and never hangs', async () => {
    const frame = await frameOfPipe(NOISE.subarray(199_000, 201_000));
    await fc.assert(
      fc.asyncProperty(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const broken = Buffer.from(frame);
        broken[at]! ^= change;
        await unzstd(broken).catch((error: unknown) => {
          expect(error).toBeInstanceOf(StreamFailure);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('that wants a larger window than every decoder has is refused', async () => {
    // 256 MiB: windows are 2^(10 + exponent) and eighths of it.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00]);
    await expect(unzstd(frame)).rejects.toMatchObject({ failure: { code: 'E_COMPRESSION' } });
  });

  test('is the same each time it is made, and others read it', async () => {
    const [one, two] = [await frameOfPipe(NOISE), await frameOfPipe(NOISE)];
    expect(one.equals(two)).toBe(true);
    expect((await unzstd(one)).equals(NOISE)).toBe(true);
    // Node's own, in the way it would be used without us.
    const stream = createZstdCompress();
    stream.end('plain');
    expect((await unzstd(await collect(stream as AsyncIterable<Buffer>))).toString()).toBe('plain');
  });
});
