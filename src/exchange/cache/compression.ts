/**
 * The compressions of NARs in binary caches. Node has zstd, gzip and brotli; the programs xz and bzip2 do the other
 * two.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import { fail, ok, type Result } from '../../result.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import { zstdFrames } from './zstd-frames.js';

/** Their names in narinfo files, and the endings of NAR files. */
export const COMPRESSIONS = { none: '', zstd: '.zst', xz: '.xz', gzip: '.gz', br: '.br', bzip2: '.bz2' } as const;

export type Compression = keyof typeof COMPRESSIONS;

/** Fails with `E_COMPRESSION` if the kind is unknown. */
export function parseCompression(text: string): Result<Compression> {
  if (Object.hasOwn(COMPRESSIONS, text)) return ok(text as Compression);
  return fail('E_COMPRESSION', `the compression "${text}" is unknown`, `known are ${Object.keys(COMPRESSIONS).join(', ')}`);
}

/** Decompresses a stream. It never produces more than the reader asks for. */
export function decompress(source: ByteStream, compression: Compression): ByteStream {
  switch (compression) {
    case 'none':
      return source;
    case 'zstd':
      return unzstd(source);
    case 'gzip':
      return through(source, createGunzip());
    case 'br':
      return through(source, createBrotliDecompress());
    case 'xz':
    case 'bzip2':
      return throughProgram(source, compression, ['--decompress', '--stdout']);
  }
}

/** Compresses, fast rather than small. With the same version of the codec, the same bytes give the same result. */
export function compress(source: ByteStream, compression: Compression): ByteStream {
  switch (compression) {
    case 'none':
      return source;
    case 'zstd':
      return through(source, createZstdCompress({ chunkSize: BUFFER_SIZE, params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }));
    case 'gzip':
      return through(source, createGzip());
    case 'br':
      return through(source, createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }));
    case 'xz':
      return throughProgram(source, 'xz', ['--compress', '--stdout', '-2', '--threads=1']);
    case 'bzip2':
      return throughProgram(source, 'bzip2', ['--compress', '--stdout']);
  }
}

const BUFFER_SIZE = 1 << 18;
const ZSTD_LEVEL = 3;

/**
 * Node 24 stops after the first frame without an error, so each frame gets its own decoder. A frame may ask for a
 * window of 2 GiB; 128 MiB is what the format recommends for decoders, and zstd's own limit.
 */
async function* unzstd(source: ByteStream): ByteStream & AsyncGenerator<Uint8Array> {
  for await (const frame of zstdFrames(source)) yield* through(frame, createZstdDecompress({ chunkSize: BUFFER_SIZE }));
}

function damaged(codec: string, error: unknown): StreamFailure {
  return new StreamFailure({
    code: 'E_COMPRESSION',
    message: `the ${codec} data is damaged: ${error instanceof Error ? error.message : String(error)}`,
  });
}

/** Uses a transform stream of Node; its buffers limit what is produced ahead. */
async function* through(source: ByteStream, transform: NodeJS.ReadWriteStream & Readable): ByteStream & AsyncGenerator<Uint8Array> {
  // If the codec complains that its data ended early, the source's own failure is the reason.
  let sourceFailure: unknown;
  const fed = feed(source, transform).catch((error: unknown) => {
    sourceFailure = error;
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    yield* transform as AsyncIterable<Buffer>;
  } catch (error) {
    if (sourceFailure instanceof Error) throw sourceFailure;
    throw damaged('compressed', error);
  } finally {
    transform.destroy();
    await fed;
  }
}

async function* throughProgram(source: ByteStream, program: string, args: readonly string[]): ByteStream & AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 1000) said += chunk.toString();
  });
  const ended = new Promise<StreamFailure | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(
        new StreamFailure({
          code: 'E_PROGRAM',
          message: `cannot run ${program}: ${error.message}`,
          hint: `apt-get install ${program === 'xz' ? 'xz-utils' : program}`,
        }),
      );
    });
    child.on('close', (status) => {
      resolve(status === 0 ? undefined : damaged(program, said.trim()));
    });
  });
  let sourceFailure: unknown;
  const fed = feed(source, child.stdin).catch((error: unknown) => {
    sourceFailure = error;
    child.kill('SIGKILL');
  });
  let finished = false;
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
    finished = true;
  } finally {
    if (!finished) child.kill('SIGKILL');
    await fed;
    const failure = await ended;
    if (finished && sourceFailure instanceof Error) throw sourceFailure;
    if (finished && failure !== undefined) throw failure;
  }
}

/** Writes all of a stream, waiting for the other end. The reader of its output notices if the other end is gone. */
async function feed(source: ByteStream, sink: NodeJS.WritableStream): Promise<void> {
  let gone = false;
  const isGone = (): boolean => gone;
  sink.on('error', () => (gone = true));
  sink.on('close', () => (gone = true));
  for await (const chunk of source) {
    if (isGone()) return;
    // Copied, because the sink keeps the piece and the source may reuse it.
    if (sink.write(Buffer.from(chunk))) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const event of ['drain', 'close', 'error']) sink.off(event, go);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) sink.on(event, go);
      if (isGone()) go();
    });
  }
  if (!isGone()) sink.end();
}
