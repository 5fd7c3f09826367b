/**
 * The compressions that NARs of binary caches come in. Node brings zstd, gzip and brotli; xz and bzip2 are done by the programs of those
 * names.
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

/** As narinfo files call them, and the ending of a NAR's file name. */
export const COMPRESSIONS = { none: '', zstd: '.zst', xz: '.xz', gzip: '.gz', br: '.br', bzip2: '.bz2' } as const;

export type Compression = keyof typeof COMPRESSIONS;

/** Fails with `E_COMPRESSION` on what we cannot read. */
export function parseCompression(text: string): Result<Compression> {
  if (Object.hasOwn(COMPRESSIONS, text)) return ok(text as Compression);
  return fail('E_COMPRESSION', `the compression "${text}" is unknown`, `known are ${Object.keys(COMPRESSIONS).join(', ')}`);
}

/** Undoes a compression. However much would come out, no more is made than the reader asks for. */
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

/** Compresses, quickly rather than tightly. The same bytes give the same result, given the same version of the codec. */
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
 * Node 24 stops after the first frame without a word, so each gets a decoder of its own. A frame may ask for a window of 2 GiB; 128 MiB is
 * what the format wants every decoder to have, and zstd's own limit.
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

/** Through a transforming stream of Node's; its buffers bound what is made ahead. */
async function* through(source: ByteStream, transform: NodeJS.ReadWriteStream & Readable): ByteStream & AsyncGenerator<Uint8Array> {
  // The source's own failure is what counts when the codec complains that its data ended early.
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

/** Writes all of a stream, waiting for the other end. An end that has gone away is noticed by whoever reads its output. */
async function feed(source: ByteStream, sink: NodeJS.WritableStream): Promise<void> {
  let gone = false;
  const isGone = (): boolean => gone;
  sink.on('error', () => (gone = true));
  sink.on('close', () => (gone = true));
  for await (const chunk of source) {
    if (isGone()) return;
    // Copied: the sink keeps the piece, the source may not.
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
