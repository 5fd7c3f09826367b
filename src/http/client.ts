/**
 * The HTTP client of the whole program: proxies, time limits, retries. It trusts nothing in an answer except its
 * status; the reader decides how much of it is read.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { StreamFailure, type ByteStream } from '../stream-failure.js';
import { openConnections } from './connections.js';
import { describeError, GivenUp, shown } from './errors.js';
import { patienceOf, type Patience } from './patience.js';
import { RateWatch } from './rate-watch.js';

const MOST_REDIRECTS = 5;
/** Most 1xx answers before the final one. */
const MOST_INTERIM_ANSWERS = 16;
/** Bytes of an unwanted answer that are read, so its connection can be used again. */
const MOST_DISCARDED = 64 * 1024;
const DISCARD_MILLISECONDS = 2000;

export type Headers = Readonly<Record<string, string>>;

export interface Question {
  readonly method?: 'GET' | 'HEAD' | 'PUT' | undefined;
  readonly headers?: Headers | undefined;
  /** The body of a PUT. */
  readonly body?: ByteStream | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The answer is a small file. It must be complete within the time limits for a header and a stall together. */
  readonly small?: boolean | undefined;
}

export interface RedirectedQuestion extends Question {
  /**
   * Returns the headers for one address, for example with a signature. Called for each address that redirects lead to.
   */
  readonly authorise?: ((url: URL, headers: Headers) => Headers | Promise<Headers>) | undefined;
  /** The caller knows the hash of the answer, so a redirect from HTTPS to HTTP is allowed. */
  readonly hashKnown?: boolean | undefined;
}

export interface Answer {
  /** The final address, after redirects. */
  readonly url: URL;
  readonly status: number;
  /** The first value, `undefined` if there is none; names are lower-case. */
  readonly header: (name: string) => string | undefined;
  /** Read it to its end or stop the iteration; both release the connection. Throws `StreamFailure`. */
  readonly body: ByteStream;
  /** Releases it unread. */
  readonly discard: () => void;
}

export class HttpClient {
  private constructor(
    readonly patience: Patience,
    private readonly connections: Dispatcher,
  ) {}

  /** Proxies and, unless given, time limits come from the environment. Fails with `E_PROXY` and `E_USAGE`. */
  static open(environment: NodeJS.ProcessEnv = process.env, chosen?: Patience): Result<HttpClient> {
    const patience = chosen === undefined ? patienceOf(environment) : ok(chosen);
    if (!patience.ok) return patience;
    const connections = openConnections(patience.value, environment);
    return connections.ok ? ok(new HttpClient(patience.value, connections.value)) : connections;
  }

  /** Ends all connections. Idle connections do not keep the program from ending. */
  async close(): Promise<void> {
    await this.connections.destroy();
  }

  /**
   * Makes one request, and follows redirects. Fails with `E_NETWORK` if another attempt may succeed, with `E_HTTP` if
   * the server is wrong, and with `E_CANCELLED`. Any status is an answer, not a failure.
   */
  async ask(url: URL, question: RedirectedQuestion = {}): Promise<Result<Answer>> {
    let at = withoutSecrets(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const { headers = {}, authorise } = question;
      const answer = await this.askOnce(at, { ...question, headers: authorise === undefined ? headers : await authorise(at, headers) });
      if (!answer.ok || question.method === 'PUT' || ![301, 302, 303, 307, 308].includes(answer.value.status)) return answer;
      answer.value.discard();
      const target = redirectTarget(answer.value.header('location'), at, question.hashKnown === true);
      if (!target.ok) return target;
      at = target.value;
    }
    return fail('E_HTTP', `${shown(url)} redirects more than ${MOST_REDIRECTS} times`);
  }

  /** Like `ask`, but tries again after `E_NETWORK`, with increasing pauses. */
  async retrying<T>(attempt: () => Promise<Result<T>>, signal?: AbortSignal): Promise<Result<T>> {
    for (let tries = 0; ; tries++) {
      const result = await attempt();
      if (result.ok || result.failure.code !== 'E_NETWORK' || !(await this.pause(tries, signal))) return result;
    }
  }

  /** Waits before another attempt; `failed` attempts came before. Returns false if there is to be none. */
  async pause(failed: number, signal?: AbortSignal): Promise<boolean> {
    const pause = this.patience.retries[failed];
    if (pause === undefined) return false;
    // If the signal ended the wait, the next attempt reports it.
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    return true;
  }

  private async askOnce(url: URL, { method = 'GET', headers = {}, body, signal, small = false }: Question): Promise<Result<Answer>> {
    const limits = new Limits(this.patience, signal, small);
    let interim = 0;
    try {
      const asking = this.connections.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        // Hashes are of the files themselves, so a server must not compress them.
        headers: { 'accept-encoding': 'identity', 'user-agent': 'zilch', ...headers },
        // The types lack what undici accepts besides streams.
        ...(body === undefined ? {} : { body: limits.watched(body) as unknown as Buffer }),
        signal: limits.signal,
        onInfo: () => {
          if (++interim > MOST_INTERIM_ANSWERS) limits.giveUp('it sends too many interim answers');
        },
      });
      // undici ignores its signal until there is a connection.
      const response = await Promise.race([asking, limits.ended]);
      limits.headerIsThere();
      return ok({
        url,
        status: response.statusCode,
        header: (name) => {
          const value = response.headers[name];
          return Array.isArray(value) ? value[0] : value;
        },
        body: piecesOf(url, response.body, limits, signal),
        discard: () => {
          limits.end();
          response.body.on('error', () => undefined);
          void response.body.dump({ limit: MOST_DISCARDED, signal: AbortSignal.timeout(DISCARD_MILLISECONDS) }).catch(() => undefined);
        },
      });
    } catch (error) {
      limits.end();
      return err(describeError(url, error, 'header', signal));
    }
  }
}

/** The time limits of one request. It aborts a request that is too slow. */
class Limits {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private whole: NodeJS.Timeout | undefined;
  private isAnswered = false;
  readonly rate: RateWatch;
  /** Never resolves; rejects with the reason for which `signal` is aborted. */
  readonly ended: Promise<never>;
  private readonly onCancel = (): void => {
    this.controller.abort(this.cancelled?.reason);
  };

  constructor(
    private readonly patience: Patience,
    private readonly cancelled: AbortSignal | undefined,
    small: boolean,
  ) {
    const { header, stall } = patience;
    this.rate = new RateWatch(patience, (why) => {
      this.giveUp(why);
    });
    this.ended = new Promise((_resolve, reject) => {
      this.signal.addEventListener('abort', () => {
        reject(this.signal.reason as Error);
      });
    });
    this.ended.catch(() => undefined);
    if (small) {
      const milliseconds = patience.connect + header + stall;
      this.whole = setTimeout(() => {
        this.giveUp(`it is not complete after ${milliseconds / 1000} s`);
      }, milliseconds);
    }
    this.waitForHeader();
    if (cancelled === undefined) return;
    // One signal stops all requests of a run, so many listeners are no leak.
    setMaxListeners(0, cancelled);
    cancelled.addEventListener('abort', this.onCancel);
    if (cancelled.aborted) this.onCancel();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  giveUp(why: string): void {
    this.controller.abort(new GivenUp(why));
  }

  /** The server must first accept the body, then answer. */
  async *watched(body: ByteStream): ByteStream & AsyncGenerator<Uint8Array> {
    clearTimeout(this.timer);
    try {
      for await (const chunk of body) {
        this.rate.wait();
        yield chunk;
        this.rate.came(chunk.length);
      }
    } finally {
      this.rate.came(0);
      this.waitForHeader();
    }
  }

  headerIsThere(): void {
    this.isAnswered = true;
    clearTimeout(this.timer);
  }

  /** Nothing more is wanted, so no limit applies any longer. */
  end(): void {
    this.headerIsThere();
    clearTimeout(this.whole);
    this.cancelled?.removeEventListener('abort', this.onCancel);
  }

  private waitForHeader(): void {
    if (this.isAnswered) return;
    const milliseconds = this.patience.connect + this.patience.header;
    this.timer = setTimeout(() => {
      this.giveUp(`no answer in ${milliseconds / 1000} s`);
    }, milliseconds);
  }
}

async function* piecesOf(
  url: URL,
  body: Dispatcher.ResponseData['body'],
  limits: Limits,
  signal: AbortSignal | undefined,
): ByteStream & AsyncGenerator<Uint8Array> {
  const pieces = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let whole = false;
  try {
    for (;;) {
      limits.rate.wait();
      const next = await pieces.next();
      if (next.done === true) {
        whole = true;
        return;
      }
      limits.rate.came(next.value.length);
      yield next.value;
    }
  } catch (error) {
    throw new StreamFailure(describeError(url, error, 'body', signal));
  } finally {
    limits.rate.came(0);
    limits.end();
    // The cut is then also reported as an error, which can be ignored.
    if (!whole) body.on('error', () => undefined).destroy();
  }
}

function withoutSecrets(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

function redirectTarget(location: string | undefined, from: URL, hashKnown: boolean): Result<URL> {
  const target = location !== undefined && URL.canParse(location, from.href) ? withoutSecrets(new URL(location, from)) : undefined;
  const isSafe = target?.protocol === 'https:' || (target?.protocol === 'http:' && (from.protocol === 'http:' || hashKnown));
  if (target !== undefined && isSafe) return ok(target);
  const why = target?.protocol === 'http:' ? 'is less safe than HTTPS' : 'is not on the web';
  return fail('E_HTTP', `${shown(from)} redirects to ${(target?.href ?? location ?? 'nowhere').slice(0, 200)}, which ${why}`);
}

/** Whether another attempt may succeed after this status: servers under load, and their proxies. */
export function statusFailure({ url, status }: Answer, hint?: string): Failure {
  const code = status === 408 || status === 425 || status === 429 || status >= 500 ? 'E_NETWORK' : 'E_HTTP';
  return { code, message: `${shown(url)}: the server answers ${status}`, hint };
}
