/** One file over HTTP into a `.part` file, going on where an earlier attempt stopped. */
import { openSync, closeSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvHttpProxyAgent, errors, request, type Dispatcher } from 'undici';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { attempt, writeAll } from '../store/index.js';

export interface Patience {
  /** Milliseconds until a connection stands. */
  readonly connect: number;
  /** Milliseconds until the answer begins, and between two pieces of it. */
  readonly stall: number;
  /** Milliseconds before each further attempt; there are as many of these as the list is long. */
  readonly retries: readonly number[];
}

export const DEFAULT_PATIENCE: Patience = { connect: 20_000, stall: 30_000, retries: [500, 3000] };

export interface Download {
  readonly url: string;
  /** What is there of it is kept and continued. */
  readonly partFile: string;
  /** Of the whole file, in bytes: no server gets to send more. */
  readonly size: number;
  readonly connections: Dispatcher;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the whole are there. */
  readonly progress: (bytes: number) => void;
}

/** Connections to any servers, through the proxies that `http_proxy`, `https_proxy` and `no_proxy` name. */
export function openConnections(patience: Patience): Result<Dispatcher> {
  const [httpProxy, httpsProxy] = [proxyOf('http_proxy'), proxyOf('https_proxy')];
  try {
    return ok(new EnvHttpProxyAgent({ connect: { timeout: patience.connect }, httpProxy, httpsProxy }));
  } catch (error) {
    const message = `http_proxy ("${httpProxy}") or https_proxy ("${httpsProxy}") is not the address of a proxy`;
    return fail('E_FETCH', message, 'set them as http://HOST:PORT, or unset them', error as Error);
  }
}

/** Without a scheme it is HTTP, as for curl; empty when there is none. */
function proxyOf(variable: 'http_proxy' | 'https_proxy'): string {
  const value = process.env[variable] ?? process.env[variable.toUpperCase()] ?? '';
  return value === '' || value.includes('://') ? value : `http://${value}`;
}

const MOST_REDIRECTS = 5;

/** A failure that may not happen again: a broken connection, a server's bad minute. */
class Transient {
  constructor(readonly failure: Failure) {}
}

/** What a server or the way to it threw. It has a hundred kinds, all to be tried again; anything else that is thrown is a bug. */
class Broken extends Error {}

/**
 * Downloads until the part file has `size` bytes. Does not check them: whoever asked knows their hash. Fails with
 * `E_FETCH` naming the URL; what came until then is kept for another attempt.
 */
export async function download(job: Download): Promise<Result<void>> {
  for (let attempt = 0; ; attempt++) {
    const result = await attemptDownload(job);
    if (!(result instanceof Transient)) return result;
    const pause = job.patience.retries[attempt];
    if (pause === undefined) return err(result.failure);
    // Cut short by the signal, the next attempt reports it.
    await sleep(pause, undefined, { signal: job.signal }).catch(() => undefined);
  }
}

async function attemptDownload(job: Download): Promise<Result<void> | Transient> {
  const part = attempt('write', job.partFile, () => partSize(job.partFile, job.size));
  if (!part.ok) return part;
  const start = part.value;
  if (start === job.size) return ok(undefined);
  try {
    const response = await follow(job, start);
    if (!response.ok) return response;
    const { statusCode, headers, body } = response.value;
    const refused = refusal(job, start, statusCode, headers);
    if (refused === undefined) return await receive(job, body, statusCode === 206 ? start : 0);
    abandon(body);
    // A part that the server will not continue is not worth keeping.
    const emptied = statusCode === 416 ? attempt('write', job.partFile, () => truncateSync(job.partFile, 0)) : ok(undefined);
    return emptied.ok ? refused : emptied;
  } catch (error) {
    if (error instanceof Broken) return describeError(job, error.cause);
    throw error;
  }
}

type Response = Awaited<ReturnType<typeof request>>;

async function follow(job: Download, start: number): Promise<Result<Response>> {
  let url = job.url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await ask(job, url, start);
    const location = response.headers['location'];
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string') return ok(response);
    abandon(response.body);
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (next === undefined || !/^https?:$/.test(next.protocol))
      return fail('E_FETCH', `${job.url} redirects to ${next?.href ?? location}, which is not on the web`);
    url = next.href;
  }
  return fail('E_FETCH', `${job.url} redirects more than ${MOST_REDIRECTS} times`);
}

async function ask(job: Download, url: string, start: number): Promise<Response> {
  try {
    return await request(url, {
      dispatcher: job.connections,
      // The hash is of the file as it is: a server must not pack it again on the way.
      headers: { 'accept-encoding': 'identity', 'user-agent': 'zilch', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
      headersTimeout: job.patience.stall,
      bodyTimeout: job.patience.stall,
      signal: job.signal,
    });
  } catch (error) {
    throw new Broken('', { cause: error });
  }
}

async function* piecesOf(body: Response['body']): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw new Broken('', { cause: error });
  }
}

/** Reads no more of an answer. That it was cut off is then also reported as an error, which is no news. */
function abandon(body: Response['body']): void {
  body.on('error', () => undefined).destroy();
}

/** Why this answer is not worth reading; `undefined` when it is. */
function refusal(job: Download, start: number, status: number, headers: Response['headers']): Result<never> | Transient | undefined {
  if (status === 404 || status === 410) return fail('E_FETCH', `${job.url} is not there (${status})`);
  if (status >= 500 || status === 408 || status === 416 || status === 429) return transient(job, `the server answers ${status}`);
  if (status !== 200 && status !== 206) return fail('E_FETCH', `${job.url}: the server answers ${status}`);
  if (status === 206 && !String(headers['content-range']).startsWith(`bytes ${start}-`)) {
    return fail('E_FETCH', `${job.url}: asked for bytes from ${start} on, the server sends ${String(headers['content-range'])}`);
  }
  const length = headers['content-length'];
  const whole = typeof length === 'string' ? Number(length) + (status === 206 ? start : 0) : job.size;
  if (whole !== job.size) return fail('E_FETCH', `${job.url} has ${whole} bytes, not ${job.size}: it is another file`);
  return undefined;
}

async function receive(job: Download, body: Response['body'], start: number): Promise<Result<void> | Transient> {
  const opened = attempt('write', job.partFile, () => openSync(job.partFile, start === 0 ? 'w' : 'r+', 0o600));
  if (!opened.ok) {
    abandon(body);
    return opened;
  }
  let position = start;
  try {
    for await (const chunk of piecesOf(body)) {
      if (position + chunk.length > job.size) {
        abandon(body);
        return fail('E_FETCH', `${job.url} goes on after ${job.size} bytes: it is another file`);
      }
      const written = attempt('write', job.partFile, () => {
        writeAll(opened.value, chunk, position);
      });
      if (!written.ok) {
        abandon(body);
        return written;
      }
      position += chunk.length;
      job.progress(position);
    }
  } finally {
    closeSync(opened.value);
  }
  return position === job.size ? ok(undefined) : transient(job, `it ends after ${position} of ${job.size} bytes`);
}

/** Bytes that are there; a part longer than the whole can be of no use, and is emptied. */
function partSize(partFile: string, size: number): number {
  const stat = statSync(partFile, { throwIfNoEntry: false });
  if (stat === undefined || stat.size <= size) return stat?.size ?? 0;
  truncateSync(partFile, 0);
  return 0;
}

function transient(job: Download, what: string, cause?: Error): Transient {
  return new Transient({ code: 'E_FETCH', message: `${job.url}: ${what}`, cause });
}

function describeError(job: Download, error: unknown): Result<never> | Transient {
  if (job.signal?.aborted === true) return fail('E_CANCELLED', `stopped while fetching ${job.url}`);
  if (!(error instanceof Error)) return transient(job, String(error));
  if (error instanceof errors.HeadersTimeoutError) return transient(job, `no answer in ${job.patience.stall / 1000} s`, error);
  if (error instanceof errors.BodyTimeoutError) return transient(job, `nothing more comes since ${job.patience.stall / 1000} s`, error);
  if (error instanceof errors.ConnectTimeoutError) return transient(job, `no connection in ${job.patience.connect / 1000} s`, error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_INVALID_URL') return fail('E_FETCH', `${job.url} is not a URL`);
  return transient(job, NETWORK_ERRORS[code] ?? error.message.trim(), error);
}

/** In plain words; all others have their own. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no name server answers',
  ETIMEDOUT: 'connection timed out',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, by the clock of this machine',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody known',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by nobody known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
