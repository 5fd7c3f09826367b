/** A cache behind HTTP. Nothing an answer says is believed here but its status; what is read is bounded by the reader. */
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import { StreamFailure, type ByteStream } from '../stream-failure.js';
import { checkKey, type Blob, type Blobs, type NewBlob } from './blobs.js';

/** Milliseconds without a byte after which a connection counts as dead. */
const DEFAULT_IDLE_TIMEOUT = 30_000;
/** A body that, while we wait for it, brings less than this is not worth waiting for. */
const SLOWEST_BYTES = 64 * 1024;
const SLOWEST_WINDOW = 60_000;
const MAX_REDIRECTS = 5;
const MAX_TRIES = 3;

/** Adds headers to a request, such as a signature of it. */
export type Authorise = (method: string, url: URL, headers: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>;

export interface HttpOptions {
  readonly authorise?: Authorise | undefined;
  /** Statuses that mean that there is no such file; S3 answers 403 where listing is not allowed. */
  readonly missing?: readonly number[] | undefined;
  /** Milliseconds without a byte after which a connection counts as dead; 30 s when left out. */
  readonly idleTimeout?: number | undefined;
}

/** Asks for and puts files below a base address. Each server's connections are kept and used again. */
export class HttpBlobs implements Blobs {
  readonly address: string;
  private readonly missing: readonly number[];

  constructor(
    private readonly base: URL,
    private readonly options: HttpOptions = {},
  ) {
    const shown = new URL(base);
    shown.username = '';
    shown.password = '';
    this.address = shown.href.replace(/\/$/, '');
    this.missing = options.missing ?? [404, 410];
  }

  async get(key: string, signal?: AbortSignal): Promise<Result<Blob | undefined>> {
    const answer = await this.ask('GET', key, signal);
    if (!answer.ok) return answer;
    if (answer.value === undefined) return ok(undefined);
    const length = Number(answer.value.headers['content-length'] ?? NaN);
    return ok({ size: Number.isSafeInteger(length) ? length : undefined, body: bodyOf(answer.value, `${this.address}/${key}`) });
  }

  async has(key: string, signal?: AbortSignal): Promise<Result<boolean>> {
    const answer = await this.ask('HEAD', key, signal);
    if (!answer.ok) return answer;
    answer.value?.resume();
    return ok(answer.value !== undefined);
  }

  async put(key: string, blob: NewBlob, signal?: AbortSignal): Promise<Result<void>> {
    const checked = checkKey(key);
    if (!checked.ok) return checked;
    return retrying(async () => {
      const url = this.urlOf(key);
      const answer = await this.send('PUT', url, { 'content-type': blob.contentType, 'content-length': String(blob.size) }, signal, blob.open());
      if (!answer.ok) return answer;
      answer.value.resume();
      const status = answer.value.statusCode ?? 0;
      return status >= 200 && status < 300 ? ok(undefined) : this.badStatus(status, key, 'does the cache take uploads, and with these credentials?');
    });
  }

  private async ask(method: 'GET' | 'HEAD', key: string, signal?: AbortSignal): Promise<Result<http.IncomingMessage | undefined>> {
    const checked = checkKey(key);
    if (!checked.ok) return checked;
    return retrying(() => this.follow(method, key, signal));
  }

  private async follow(method: 'GET' | 'HEAD', key: string, signal?: AbortSignal): Promise<Result<http.IncomingMessage | undefined>> {
    let url = this.urlOf(key);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await this.send(method, url, {}, signal);
      if (!answer.ok) return answer;
      const { statusCode = 0, headers } = answer.value;
      if (statusCode === 200) return answer;
      answer.value.destroy();
      if (this.missing.includes(statusCode)) return ok(undefined);
      if (![301, 302, 303, 307, 308].includes(statusCode)) return this.badStatus(statusCode, key);
      const target = redirectTarget(headers.location, url);
      if (!target.ok) return target;
      url = target.value;
    }
    return fail(
      'E_CACHE_ANSWER',
      `${this.address}/${key} redirects more than ${MAX_REDIRECTS} times`,
      'the cache is broken or hostile: take another',
    );
  }

  private async send(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
    body?: ByteStream,
  ): Promise<Result<http.IncomingMessage>> {
    const sameHost = url.origin === this.base.origin;
    // Another host, reached by a redirect, gets neither the password nor a signature.
    const auth =
      sameHost && this.base.username !== '' ? { auth: `${decodeURIComponent(this.base.username)}:${decodeURIComponent(this.base.password)}` } : {};
    const authorised = sameHost && this.options.authorise !== undefined ? await this.options.authorise(method, url, headers) : headers;
    const { idleTimeout = DEFAULT_IDLE_TIMEOUT } = this.options;
    const client = url.protocol === 'https:' ? https : http;
    return new Promise((resolve) => {
      const request = client.request(url, {
        method,
        agent: agents[url.protocol],
        timeout: idleTimeout,
        ...auth,
        headers: { 'user-agent': 'zilch', ...authorised },
        ...(signal === undefined ? {} : { signal }),
      });
      const failed = (error: unknown): void => {
        resolve(err(error instanceof StreamFailure ? error.failure : networkFailure(url, error)));
      };
      request.on('timeout', () => request.destroy(new Error(`nothing came for ${idleTimeout / 1000} s`)));
      request.on('error', failed);
      request.on('response', (response) => {
        resolve(ok(response));
      });
      // 101, which nobody asked for: a status like others, but Node.js tells of it by another event.
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(ok(response));
      });
      // Whatever else may happen to a request, it ends with this event; the promise is settled by then, or would never be.
      request.on('close', () => {
        failed(new Error('the connection was closed without an answer'));
      });
      if (body === undefined) request.end();
      else pipeline(Readable.from(body, { objectMode: false }), request).catch(failed);
    });
  }

  private urlOf(key: string): URL {
    const path = key.split('/').map(encodeURIComponent).join('/');
    return new URL(path, this.base.href.endsWith('/') ? this.base : `${this.base.href}/`);
  }

  private badStatus(status: number, key: string, hint?: string): Result<never> {
    // Servers under load and their proxies; all others say the same when asked again.
    const code = status === 429 || status >= 500 ? 'E_NETWORK' : 'E_CACHE_ANSWER';
    return fail(code, `${this.address} answers ${status} for ${key}`, hint);
  }
}

const agents: Readonly<Record<string, http.Agent>> = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 32 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 32 }),
};

async function* bodyOf(response: http.IncomingMessage, what: string): ByteStream & AsyncGenerator<Uint8Array> {
  let waited = 0;
  let brought = 0;
  let asked = performance.now();
  let whole = false;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      waited += performance.now() - asked;
      brought += chunk.length;
      if (waited > SLOWEST_WINDOW) {
        if (brought < SLOWEST_BYTES)
          throw new StreamFailure({ code: 'E_NETWORK', message: `${what} comes at less than ${SLOWEST_BYTES / 1024} KiB a minute` });
        waited = brought = 0;
      }
      yield chunk;
      asked = performance.now();
    }
    whole = response.complete;
    if (!whole) throw new StreamFailure({ code: 'E_NETWORK', message: `${what} was cut off` });
  } catch (error) {
    throw error instanceof StreamFailure ? error : new StreamFailure(networkFailure(what, error));
  } finally {
    if (!whole) response.destroy();
  }
}

function redirectTarget(location: string | undefined, from: URL): Result<URL> {
  if (location !== undefined && URL.canParse(location, from.href)) {
    const target = new URL(location, from);
    if (target.protocol === 'https:' || (target.protocol === 'http:' && from.protocol === 'http:')) return ok(target);
  }
  return fail(
    'E_CACHE_ANSWER',
    `${from.href} redirects to "${(location ?? '').slice(0, 100)}", which is no HTTP address or a less safe one`,
    'the cache is broken or hostile: take another',
  );
}

function networkFailure(what: URL | string, error: unknown): Failure {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'AbortError') return { code: 'E_CANCELLED', message: `stopped while talking to ${shown(what)}` };
  // Node reports several addresses that all refused in one error without a message of its own.
  const reason = error instanceof AggregateError ? String(error.errors[0]) : error.message;
  return { code: 'E_NETWORK', message: `cannot talk to ${shown(what)}: ${reason}`, hint: 'is the address right, and the server up?', cause: error };
}

function shown(what: URL | string): string {
  return typeof what === 'string' ? what : `${what.origin}${what.pathname}`;
}

/** Tries again, later and later, what failed for reasons that pass. */
async function retrying<T>(attempt: () => Promise<Result<T>>): Promise<Result<T>> {
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (result.ok || result.failure.code !== 'E_NETWORK' || tries === MAX_TRIES) return result;
    await new Promise((resolve) => setTimeout(resolve, 200 * 4 ** (tries - 1)));
  }
}
