/** A file over HTTP, resumed by range if its connection breaks. */
import { fail, ok, type Failure, type Result } from '../result.js';
import { StreamFailure } from '../stream-failure.js';
import { statusFailure, type Answer, type HttpClient, type RedirectedQuestion } from './client.js';
import { shown } from './errors.js';

/** After this many bytes the count of attempts starts again, because the transfer makes progress. */
const PROGRESS = 1 << 20;

/** Bytes and their position in the file. */
export interface Piece {
  readonly position: number;
  readonly bytes: Uint8Array;
}

export interface FileQuestion extends Pick<RedirectedQuestion, 'headers' | 'authorise' | 'hashKnown' | 'signal' | 'small'> {
  /** How much of it is there already; default 0. */
  readonly start?: number | undefined;
  /** In bytes, if that is known: another size means another file. */
  readonly size?: number | undefined;
  /** Statuses that mean that the file does not exist. */
  readonly missing?: readonly number[] | undefined;
}

export class HttpFile {
  private answer: Answer | undefined;
  private position: number;
  private failures = 0;
  /** Identifies the file of the first bytes, so bytes of another file are not appended to them. */
  private validator: string | undefined;
  private resumed = false;

  private constructor(
    private readonly client: HttpClient,
    private readonly url: URL,
    private readonly question: FileQuestion,
    /** In bytes, if the server says it. It may be wrong. */
    public size: number | undefined,
  ) {
    this.position = question.start ?? 0;
  }

  /**
   * Requests a file; `undefined` if there is none. Fails like `HttpClient.ask`, and with `E_HTTP` if it is another
   * file.
   */
  static async open(client: HttpClient, url: URL, question: FileQuestion = {}): Promise<Result<HttpFile | undefined>> {
    const file = new HttpFile(client, url, question, question.size);
    const there = await file.request();
    if (!there.ok) return there;
    return ok(there.value ? file : undefined);
  }

  /** Whether it came in more than one part. If the hash is wrong, these may belong to two files. */
  get isPieced(): boolean {
    return this.resumed;
  }

  /**
   * The file from its start, or from the requested position. Pieces follow each other, except that a server without
   * ranges begins again at 0. Read it to its end, or stop the iteration. Throws `StreamFailure`.
   */
  async *pieces(): AsyncGenerator<Piece> {
    for (let before = this.position; ; before = this.position) {
      const failure = yield* this.rest();
      if (failure === undefined) return;
      if (this.position - before >= PROGRESS) this.failures = 0;
      if (!(await this.client.pause(this.failures++, this.question.signal))) throw new StreamFailure(failure);
      this.resumed ||= this.position > 0;
      const again = await this.request();
      if (!again.ok) throw new StreamFailure(again.failure);
      if (!again.value)
        throw new StreamFailure({ code: 'E_HTTP', message: `${shown(this.url)} is gone: its first ${this.position} bytes were there` });
    }
  }

  /** Releases it unread. */
  close(): void {
    this.answer?.discard();
  }

  /** Yields the bytes of one answer; returns the reason if they are not all. */
  private async *rest(): AsyncGenerator<Piece, Failure | undefined> {
    const { answer } = this;
    // All bytes were there, but not the end of the answer.
    if (answer === undefined) return undefined;
    try {
      for await (const bytes of answer.body) {
        const piece = { position: this.position, bytes };
        this.position += bytes.length;
        if (this.size !== undefined && this.position > this.size)
          throw new StreamFailure({ code: 'E_HTTP', message: `${shown(this.url)} goes on after ${this.size} bytes: it is another file` });
        yield piece;
      }
    } catch (error) {
      if (!(error instanceof StreamFailure) || error.failure.code !== 'E_NETWORK') throw error;
      // A failure after the last byte does not matter.
      return this.position === this.size ? undefined : error.failure;
    }
    if (this.size === undefined || this.position === this.size) return undefined;
    return { code: 'E_NETWORK', message: `${shown(this.url)}: it ends after ${this.position} of ${this.size} bytes` };
  }

  /** Requests the rest, as often as allowed; returns false if the file does not exist. */
  private async request(): Promise<Result<boolean>> {
    for (;;) {
      const asked = await this.requestOnce();
      if (asked.ok || asked.failure.code !== 'E_NETWORK' || !(await this.client.pause(this.failures++, this.question.signal))) return asked;
    }
  }

  private async requestOnce(): Promise<Result<boolean>> {
    const { headers = {}, missing = [404, 410], authorise, hashKnown, signal, small } = this.question;
    const range: Record<string, string> = this.position === 0 ? {} : { range: `bytes=${this.position}-` };
    if (this.position > 0 && this.validator !== undefined) range['if-range'] = this.validator;
    const asked = await this.client.ask(this.url, { authorise, hashKnown, signal, small, headers: { ...headers, ...range } });
    if (!asked.ok) return asked;
    const accepted = this.accept(asked.value, missing);
    if (!accepted.ok || !accepted.value || this.answer !== asked.value) asked.value.discard();
    return accepted;
  }

  private accept(answer: Answer, missing: readonly number[]): Result<boolean> {
    const { status } = answer;
    if (missing.includes(status)) return ok(false);
    if (status === 416 && this.position > 0) return this.nothingMore(answer);
    if (status !== 200 && (status !== 206 || this.position === 0)) return { ok: false, failure: statusFailure(answer) };
    const range = /^bytes (\d+)-\d*\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
    if (status === 206 && range?.[1] !== String(this.position)) {
      const sent = answer.header('content-range') ?? 'a part without saying which';
      return fail('E_HTTP', `${shown(this.url)}: asked for bytes from ${this.position} on, the server sends ${sent}`);
    }
    const length = sizeOf(answer.header('content-length'));
    const size = status === 206 ? (sizeOf(range?.[2]) ?? (length === undefined ? undefined : length + this.position)) : length;
    const known = this.question.size ?? (status === 206 ? this.size : undefined);
    if (known !== undefined && size !== undefined && size !== known)
      return fail('E_HTTP', `${shown(this.url)} has ${size} bytes, not ${known}: it is another file`);
    if (status === 200) this.position = 0;
    this.size = known ?? size;
    const etag = answer.header('etag');
    this.validator = etag?.startsWith('W/') === false ? etag : answer.header('last-modified');
    this.answer = answer;
    return ok(true);
  }

  /** There are no bytes from this position on: either the file is complete, or the part is of another file. */
  private nothingMore(answer: Answer): Result<boolean> {
    const whole = /^bytes \*\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
    if (whole === String(this.position) && (this.size ?? this.position) === this.position) {
      this.answer = undefined;
      return ok(true);
    }
    this.position = 0;
    this.validator = undefined;
    if (this.question.size === undefined) this.size = undefined;
    return { ok: false, failure: { ...statusFailure(answer), code: 'E_NETWORK' } };
  }
}

function sizeOf(text: string | undefined): number | undefined {
  const size = /^\d+$/.test(text ?? '') ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}
