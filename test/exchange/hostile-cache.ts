/** A cache that lies as told, and what must hold nevertheless. */
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync } from 'node:fs';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect } from 'vitest';
import { BinaryCache, Puller, type Compression } from '../../src/exchange/index.js';
import { DEFAULT_PATIENCE, HttpClient, type Patience } from '../../src/http/index.js';
import { HttpBlobs } from '../../src/exchange/blobs/index.js';
import {
  formatContentAddress,
  NarWriter,
  parseStorePath,
  sha256,
  storePathBaseName,
  storePathHash,
  type ContentAddress,
  type StorePath,
} from '../../src/formats/index.js';
import { unwrap, type Result } from '../../src/result.js';
import { openStore } from '../support/store.js';

export type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** The path that is requested by default. */
export const PATH = unwrap(parseStorePath('/nix/store/ppzz3n6kk6fzbspnm1nrag1g97j60mz2-hi'));

export function bytes(body: string | Uint8Array): Answer {
  return (_request, response) => {
    response.end(body);
  };
}

const ENDLESS = Buffer.alloc(1 << 16, 'x');

/** Writes for as long as anyone reads; gives up, so that the test ends, after 4 GiB. */
export const endless: Answer = (_request, response) => {
  let left = (4 << 30) / ENDLESS.length;
  const more = (): void => {
    while (left-- > 0 && response.write(ENDLESS));
    if (left < 0) response.end();
  };
  response.on('drain', more);
  more();
};

export function narOf(write: (writer: NarWriter) => void): Buffer {
  const chunks: Buffer[] = [];
  const writer = new NarWriter((chunk) => chunks.push(Buffer.from(chunk)));
  write(writer);
  writer.finish();
  return Buffer.concat(chunks);
}

/** The NAR of a file. */
export function fileNar(contents: Buffer): Buffer {
  return narOf((writer) => {
    writer.file(false, contents.length);
    writer.data(contents);
    writer.endFile();
  });
}

export const HELLO = fileNar(Buffer.from('hello, world\n'));

/** The wrong fields of a narinfo file. */
export interface Lies {
  readonly path?: string;
  readonly url?: string;
  readonly compression?: string;
  readonly narHash?: string;
  readonly narSize?: number | string;
  readonly fileSize?: number;
  readonly references?: readonly StorePath[];
  readonly contentAddress?: ContentAddress;
}

/** A narinfo file that is right except for the lies. */
export function narInfo(
  nar: Buffer,
  {
    path = PATH,
    url = 'nar/x.nar',
    compression = 'none',
    narHash = sha256(nar),
    narSize = nar.length,
    fileSize,
    references = [],
    contentAddress,
  }: Lies = {},
): string {
  return [
    `StorePath: ${path}`,
    `URL: ${url}`,
    `Compression: ${compression}`,
    ...(fileSize === undefined ? [] : [`FileSize: ${fileSize}`]),
    `NarHash: sha256:${narHash}`,
    `NarSize: ${narSize}`,
    `References: ${references.map(storePathBaseName).join(' ')}`,
    ...(contentAddress === undefined ? [] : [`CA: ${formatContentAddress(contentAddress)}`]),
    '',
  ].join('\n');
}

export class HostileCache {
  /** By path; what has none is not there. */
  readonly answers = new Map<string, Answer>([['/nix-cache-info', bytes('StoreDir: /nix/store\n')]]);
  private readonly server: http.Server;
  private patience: Patience = { ...DEFAULT_PATIENCE, retries: [1, 1] };

  /** Who asks it, as an address has that: `user:password@`. */
  user = '';

  private constructor() {
    this.server = http.createServer((request, response) => {
      const answer = this.answers.get(decodeURIComponent(request.url ?? ''));
      if (answer !== undefined) answer(request, response);
      else response.writeHead(404).end();
    });
  }

  static async start(): Promise<HostileCache> {
    const hostile = new HostileCache();
    await new Promise<void>((resolve) => hostile.server.listen(0, '127.0.0.1', resolve));
    return hostile;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The cache as Zilch sees it. */
  get seen(): BinaryCache {
    return new BinaryCache(this.blobs);
  }

  get blobs(): HttpBlobs {
    return new HttpBlobs(new URL(this.address.replace('//', `//${this.user}`)), unwrap(HttpClient.open({}, this.patience)));
  }

  /** Waits half a second only for a server that says nothing, or little. */
  beImpatient(): void {
    this.patience = { ...this.patience, connect: 0, header: 500, stall: 500 };
  }

  offer(info: string | Answer, nar?: Uint8Array | Answer, path = PATH): void {
    this.answers.set(`/${storePathHash(path)}.narinfo`, typeof info === 'function' ? info : bytes(info));
    if (nar !== undefined) this.answers.set('/nar/x.nar', typeof nar === 'function' ? nar : bytes(nar));
  }

  /** Pulls, and makes sure that a refusal leaves nothing behind: no path, no file, no gigabytes in memory. */
  async pull(roots: readonly StorePath[] = [PATH]): Promise<Result<void>> {
    const store = openStore();
    const memory = process.memoryUsage().rss;
    const result = await new Puller({ store, caches: [this.seen], trust: { keys: [], checkSignatures: false } }).closure(roots);
    expect(process.memoryUsage().rss - memory).toBeLessThan(300 << 20);
    if (!result.ok) {
      expect(store.allPaths()).toEqual([]);
      expect(readdirSync(store.layout.storeDir).filter((name) => name !== '.links')).toEqual([]);
      expect(result.failure.message.length).toBeLessThan(5000);
    }
    return result;
  }

  async expectRefusal(code: RegExp | string): Promise<void> {
    const result = await this.pull();
    expect(result.ok ? 'taken' : result.failure.code, result.ok ? '' : result.failure.message).toMatch(code);
  }
}

/** A NAR as a cache would have it. */
export function pack(nar: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case 'none':
      return nar;
    case 'zstd':
      return zstdCompressSync(nar);
    case 'gzip':
      return gzipSync(nar);
    case 'br':
      return brotliCompressSync(nar);
    default:
      return execFileSync(compression, ['--compress', '--stdout'], { input: nar, maxBuffer: 1 << 30 });
  }
}
