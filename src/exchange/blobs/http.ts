/** A cache behind HTTP. Only an answer's status is trusted here; the reader limits how much is read. */
import { fail, ok, type Failure, type Result } from '../../result.js';
import { HttpFile, statusFailure, type HttpClient, type FileQuestion, type Headers, type RedirectedQuestion } from '../../http/index.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import { checkKey, type Blob, type Blobs, type NewBlob } from './blobs.js';

const HOSTILE = 'the cache is broken or hostile: take another';
const MOST_URL = 4096;

/** Adds headers to a request, such as a signature of it. */
export type Authorise = (method: string, url: URL, headers: Headers) => Promise<Headers>;

export interface HttpOptions {
  readonly authorise?: Authorise | undefined;
  /** Statuses that mean that the file does not exist; S3 answers 403 if listing is not allowed. */
  readonly missing?: readonly number[] | undefined;
}

/** Gets and puts files below a base address. Each server's connections are kept and used again. */
export class HttpBlobs implements Blobs {
  readonly address: string;
  private readonly base: URL;
  /** Header for the address's user, if it names one. */
  private readonly password: Headers;
  private readonly missing: readonly number[];

  constructor(
    base: URL,
    private readonly client: HttpClient,
    private readonly options: HttpOptions = {},
  ) {
    this.base = new URL(base.href.endsWith('/') ? base : `${base.href}/`);
    const { username, password } = this.base;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.password = username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    this.base.username = '';
    this.base.password = '';
    this.address = this.base.href.replace(/\/$/, '');
    this.missing = options.missing ?? [404, 410];
  }

  async get(key: string, signal?: AbortSignal): Promise<Result<Blob | undefined>> {
    const checked = checkKey(key);
    return checked.ok ? this.open(this.urlOf(key), { signal, small: true }) : checked;
  }

  /** As in RFC 3986 and newer versions of Nix: a query is kept, and an absolute address may be on another server. */
  async getNar(url: string, signal?: AbortSignal): Promise<Result<Blob | undefined>> {
    const isPlain = url.length <= MOST_URL && /^[!-~]+$/.test(url) && !url.includes('\\') && URL.canParse(url, this.base.href);
    const target = isPlain ? new URL(url, this.base) : undefined;
    if (target === undefined || !/^https?:$/.test(target.protocol))
      return fail('E_CACHE_ANSWER', `"${url.slice(0, 100)}" is not the address of a file on the web`, HOSTILE);
    return this.open(target, { signal, hashKnown: true });
  }

  async has(key: string, signal?: AbortSignal): Promise<Result<boolean>> {
    const checked = checkKey(key);
    if (!checked.ok) return checked;
    return this.client.retrying(async () => {
      const answer = await this.client.ask(this.urlOf(key), { ...this.asking('HEAD', signal), small: true });
      if (!answer.ok) return told(answer);
      answer.value.discard();
      if (this.missing.includes(answer.value.status)) return ok(false);
      return answer.value.status === 200 ? ok(true) : told({ ok: false, failure: statusFailure(answer.value) });
    }, signal);
  }

  async put(key: string, blob: NewBlob, signal?: AbortSignal): Promise<Result<void>> {
    const checked = checkKey(key);
    if (!checked.ok) return checked;
    return this.client.retrying(async () => {
      const headers = { 'content-type': blob.contentType, 'content-length': String(blob.size) };
      const answer = await this.client.ask(this.urlOf(key), { ...this.asking('PUT', signal), headers, body: blob.open() });
      if (!answer.ok) return told(answer);
      answer.value.discard();
      if (answer.value.status >= 200 && answer.value.status < 300) return ok(undefined);
      return told({ ok: false, failure: statusFailure(answer.value, 'check whether the cache accepts uploads with these credentials') });
    }, signal);
  }

  private async open(url: URL, question: FileQuestion): Promise<Result<Blob | undefined>> {
    const { signal, ...others } = question;
    const file = await HttpFile.open(this.client, url, { ...others, ...this.asking('GET', signal), missing: this.missing });
    if (!file.ok) return told(file);
    const { value } = file;
    return ok(value === undefined ? undefined : { size: value.size, body: bodyOf(value), isPieced: () => value.isPieced });
  }

  private asking<Method extends 'GET' | 'HEAD' | 'PUT'>(
    method: Method,
    signal: AbortSignal | undefined,
  ): { readonly method: Method } & Pick<RedirectedQuestion, 'authorise' | 'signal'> {
    const authorise = async (url: URL, headers: Headers): Promise<Headers> => {
      // Another host, reached by a redirect, gets neither the password nor a signature.
      if (url.origin !== this.base.origin) return headers;
      const all = { ...headers, ...this.password };
      return this.options.authorise === undefined ? all : this.options.authorise(method, url, all);
    };
    return { method, authorise, signal };
  }

  private urlOf(key: string): URL {
    return new URL(key.split('/').map(encodeURIComponent).join('/'), this.base);
  }
}

/** The bytes in order; a resumed file that begins again is an error. */
async function* bodyOf(file: HttpFile): ByteStream & AsyncGenerator<Uint8Array> {
  let given = 0;
  try {
    for await (const { position, bytes } of file.pieces()) {
      const fresh = bytes.subarray(Math.max(given - position, 0));
      given += fresh.length;
      if (fresh.length > 0) yield fresh;
    }
  } catch (error) {
    throw error instanceof StreamFailure ? new StreamFailure(ofCache(error.failure)) : error;
  }
}

function told<T>(result: Result<T>): Result<T> {
  return result.ok ? result : { ok: false, failure: ofCache(result.failure) };
}

/** Turns a server's failure into the cache's. */
function ofCache(failure: Failure): Failure {
  return failure.code === 'E_HTTP' ? { ...failure, code: 'E_CACHE_ANSWER', hint: failure.hint ?? HOSTILE } : failure;
}
