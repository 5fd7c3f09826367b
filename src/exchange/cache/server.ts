/**
 * A store as a binary cache over HTTP: real Nix substitutes from it. Its answers are computed from the store on
 * request.
 */
import { open } from 'node:fs/promises';
import http from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  formatHash,
  isDrvPath,
  parseDrvOutputId,
  parseStorePathBaseName,
  pathFingerprint,
  realisationFingerprint,
  sha256Hash,
  signText,
  storePathHash,
  writeNarInfo,
  writeRealisation,
  type PathInfo,
  type Realisation,
  type SecretKey,
  type StorePath,
} from '../../formats/index.js';
import { logPath } from '../../build/index.js';
import { hostCheck, limitConnections, REQUEST_LIMITS } from '../../http/index.js';
import type { Failure } from '../../result.js';
import type { Store } from '../../store/index.js';
import { storeNar } from '../store-stream.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import { cacheInfo, JSON_TYPE, NARINFO_TYPE, NAR_TYPE } from './binary-cache.js';
import { parseRange, type ByteRange } from './byte-range.js';
import type { CompressedNars } from './compressed-nars.js';
import { COMPRESSIONS, type Compression } from './compression.js';

export interface ServerOptions {
  /** May be open for reading only; other processes may build in it at the same time. */
  readonly store: Store;
  /** Keys that sign everything that is served, in addition to the store's signatures. */
  readonly secretKeys: readonly SecretKey[];
  /** The compression in narinfo files. Clients remember it, so NARs in other compressions are sent as well. */
  readonly compression: Compression;
  readonly compressed: CompressedNars;
  /** Clients ask caches of lower priority first; Nix's own is 40. */
  readonly priority: number;
  /** Host names that it answers to, besides addresses and this machine's own; `*` for any. */
  readonly names?: readonly string[] | undefined;
  /** Connections at once; 512 by default. */
  readonly connections?: number | undefined;
  /** Milliseconds in which a client must receive something; 120 s by default. */
  readonly idleTimeout?: number | undefined;
  /** Called at the end of every answer. */
  readonly onAnswer?: ((answer: Answered) => void) | undefined;
}

interface Serving extends ServerOptions {
  /** Paths whose hash was right. */
  readonly sound: Set<StorePath>;
  readonly isCalled: (host: string | undefined) => boolean;
}

/** A client's request and its answer. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Bytes sent, including headers. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** Why it failed or ended early, unless the client is the cause. */
  readonly failure?: Failure | undefined;
}

const ALL_COMPRESSIONS = Object.keys(COMPRESSIONS) as Compression[];
const DEFAULT_IDLE_TIMEOUT = 120_000;

/** Makes the server; the caller must call `listen`. */
export function cacheServer(options: ServerOptions): http.Server {
  // Each path is checked the first time it is sent. Clients also check it.
  const sound = new Set<StorePath>();
  const isCalled = hostCheck(options.names ?? []);
  const server = http.createServer(REQUEST_LIMITS, (request, response) => {
    const started = performance.now();
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    let failure: Failure | undefined;
    const closed = new Promise((resolve) => response.on('close', resolve));
    // While nothing is ready to send, the client waits for the server.
    response.setTimeout(options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT, () => {
      if (response.writableLength > 0) response.destroy();
    });
    void answer({ ...options, sound, isCalled }, request, response)
      .catch((error: unknown) => {
        failure = failureOf(error);
        // Half an answer must not look like a whole one.
        if (response.headersSent) response.destroy();
        else refuse(response, 500);
      })
      .then(() => closed)
      .then(() => {
        options.onAnswer?.({
          method: request.method ?? '',
          path: request.url ?? '',
          status: response.statusCode,
          bytes: socket.bytesWritten - sentBefore,
          milliseconds: performance.now() - started,
          failure,
        });
      });
  });
  limitConnections(server, options.connections);
  return server;
}

async function answer(options: Serving, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  // A browser must not treat it as a page or a script.
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, { allow: 'GET, HEAD' });
    return;
  }
  if (!options.isCalled(request.headers.host)) {
    refuse(response, 421, {}, 'This cache does not have that name. Its operator can add it with --name.\n');
    return;
  }
  const path = pathOf(request.url ?? '') ?? '';
  const narInfo = /^\/([0-9a-z]{32})\.narinfo$/.exec(path);
  const nar = /^\/nar\/([0-9a-z]{32})-([0-9a-z]{52})\.nar(\.\w+)?$/.exec(path);
  const realisation = /^\/realisations\/(.+)\.doi$/.exec(path);
  const log = /^\/log\/([^/]+\.drv)$/.exec(path);
  if (path === '/nix-cache-info') {
    text(request, response, cacheInfo(options.priority), 'text/x-nix-cache-info');
  } else if (narInfo?.[1] !== undefined) {
    const info = find(options.store, narInfo[1]);
    if (info === undefined) refuse(response, 404);
    else text(request, response, narInfoOf(info, options), NARINFO_TYPE);
  } else if (nar?.[1] !== undefined) {
    const info = find(options.store, nar[1]);
    const compression = ALL_COMPRESSIONS.find((kind) => COMPRESSIONS[kind] === (nar[3] ?? ''));
    if (info === undefined || compression === undefined || narName(info, compression) !== path.slice('/nar/'.length)) refuse(response, 404);
    else await sendNar(options, request, response, info, compression);
  } else if (realisation?.[1] !== undefined) {
    const id = parseDrvOutputId(realisation[1]);
    const known = id.ok ? options.store.realisation(id.value) : undefined;
    if (known === undefined) refuse(response, 404);
    else text(request, response, realisationOf(known, options), JSON_TYPE);
  } else if (log?.[1] !== undefined) {
    await sendLog(options.store, log[1], request, response);
  } else {
    // There are no listings (`.ls`), debugging information, or build traces of Nix 2.35.
    refuse(response, 404);
  }
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.replace(/\?.*$/, ''));
  } catch {
    return undefined;
  }
}

function find(store: Store, hashPart: string): PathInfo | undefined {
  const path = store.pathByHash(hashPart);
  return path === undefined ? undefined : store.pathInfo(path);
}

function narInfoOf(info: PathInfo, { secretKeys, compression }: ServerOptions): string {
  const signatures = [...new Set([...info.signatures, ...secretKeys.map((key) => signText(pathFingerprint(info), key))])];
  return writeNarInfo({ ...info, signatures, url: `nar/${narName(info, compression)}`, compression });
}

/** It has the path, to find it, and the NAR's hash. Its contents never change, so it may be cached for ever. */
function narName({ path, narHash }: PathInfo, compression: Compression): string {
  return `${storePathHash(path)}-${formatHash(sha256Hash(narHash), 'base32')}.nar${COMPRESSIONS[compression]}`;
}

function realisationOf(realisation: Realisation, { secretKeys }: ServerOptions): string {
  const signatures = secretKeys.map((key) => signText(realisationFingerprint(realisation), key));
  return writeRealisation({ ...realisation, signatures: [...new Set([...realisation.signatures, ...signatures])] });
}

function text(request: http.IncomingMessage, response: http.ServerResponse, body: string, type: string): void {
  const bytes = Buffer.from(body);
  response.setHeader('content-type', type);
  response.setHeader('content-length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function refuse(
  response: http.ServerResponse,
  status: number,
  headers: http.OutgoingHttpHeaders = {},
  body = `${http.STATUS_CODES[status] ?? ''}\n`,
): void {
  // The headers of the intended answer say that it may be kept for ever.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': body.length, ...headers });
  response.end(body);
}

/** The log of a derivation's build, at the address that `nix log` uses. */
async function sendLog(store: Store, drvName: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const drvPath = parseStorePathBaseName(drvName);
  const file = drvPath.ok && isDrvPath(drvPath.value) ? await open(logPath(store.root, drvPath.value)).catch(() => undefined) : undefined;
  if (file === undefined) {
    refuse(response, 404);
    return;
  }
  try {
    const { size } = await file.stat();
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.setHeader('content-length', size);
    // It may grow meanwhile.
    if (request.method === 'HEAD' || size === 0) response.end();
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

async function sendNar(
  { store, compressed, sound }: Serving,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  info: PathInfo,
  compression: Compression,
): Promise<void> {
  const etag = `"${info.narHash}${COMPRESSIONS[compression]}"`;
  response.setHeader('etag', etag);
  response.setHeader('cache-control', 'public, max-age=31536000, immutable');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304);
    response.end();
    return;
  }
  // A part of another version would be useless.
  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  if (compression === 'none') {
    await send(request, response, info.narSize, range, (part) => slice(storeNar(store, info, sound), part));
    return;
  }
  // Its length is unknown until it is complete, so the first readers get it without a length.
  const mustBeWhole = range !== undefined || request.method === 'HEAD';
  const opened = await compressed.open(store, info, compression, mustBeWhole);
  if (!opened.ok) throw new StreamFailure(opened.failure);
  try {
    await send(request, response, opened.value.size, range, opened.value.read);
  } finally {
    await opened.value.close();
  }
}

/** Sends all of it, or the requested part; reads only as fast as the client receives. */
async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  size: number | undefined,
  rangeHeader: string | undefined,
  open: (part: ByteRange) => ByteStream,
): Promise<void> {
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('content-type', NAR_TYPE);
  if (size === undefined) {
    await pipeline(open({ first: 0, last: Infinity }), response);
    return;
  }
  const range = parseRange(rangeHeader, size);
  if (range === 'unsatisfiable') {
    refuse(response, 416, { 'content-range': `bytes */${size}` });
    return;
  }
  const part = range ?? { first: 0, last: size - 1 };
  if (range !== undefined) response.setHeader('content-range', `bytes ${range.first}-${range.last}/${size}`);
  response.statusCode = range === undefined ? 200 : 206;
  response.setHeader('content-length', part.last - part.first + 1);
  if (request.method === 'HEAD') response.end();
  else await pipeline(open(part), response);
}

/** Cuts a part out of a stream that can only be read from its beginning. */
async function* slice(source: ByteStream, { first, last }: ByteRange): ByteStream & AsyncGenerator<Uint8Array> {
  let offset = 0;
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(first - offset, 0), Math.max(last + 1 - offset, 0));
    offset += chunk.length;
    if (part.length > 0) yield part;
    if (offset > last) return;
  }
}

/**
 * The message for an error; clients that hang up are not reported. Even a bug must not end answers to other clients.
 */
function failureOf(error: unknown): Failure | undefined {
  // Both ends of a stream may fail.
  if (error instanceof AggregateError) return error.errors.map(failureOf).find((failure) => failure !== undefined);
  if (error instanceof StreamFailure) return error.failure;
  if (!(error instanceof Error)) return { code: 'E_INTERNAL', message: String(error) };
  if ('code' in error && ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String(error.code))) return undefined;
  return { code: 'E_INTERNAL', message: 'errno' in error ? error.message : String(error.stack), cause: error };
}
