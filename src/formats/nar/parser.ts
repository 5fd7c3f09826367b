import { fail, ok, type Result } from '../../result.js';
import { ALIGNMENT, encodeTokens, MAGIC, paddingOf, readLength } from './token.js';
import type { NarVisitor } from './visitor.js';

/** Limits of Linux: a name, a symlink's target, a nesting of directories whose path system calls still accept. */
const MAX_NAME_BYTES = 255;
const MAX_TARGET_BYTES = 4095;
const MAX_DEPTH = 2048;

/** No keyword is longer. A longer one in a damaged archive must not make us wait for gigabytes. */
const MAX_KEYWORD_BYTES = 16;

/**
 * Keywords that follow each other. They are compared at once if they are in one chunk and right, otherwise one by one.
 */
interface Phrase {
  readonly keywords: readonly string[];
  readonly bytes: Buffer;
}

function phrase(...keywords: readonly string[]): Phrase {
  return { keywords, bytes: encodeTokens(...keywords) };
}

const BEGIN = phrase(MAGIC);
const TYPE = phrase('(', 'type');
const CLOSE = phrase(')');
const FILE = phrase('regular', 'contents');
const EXECUTABLE = phrase('regular', 'executable', '', 'contents');
const SYMLINK = phrase('symlink', 'target');
const DIRECTORY = phrase('directory');
const ENTRY = phrase('entry', '(', 'name');
const NODE = phrase('node');

/** A part of the work that may have to wait for more bytes. */
type Steps<T = undefined> = Generator<undefined, T, undefined>;

/**
 * Reads a NAR that comes in pieces, and tells a visitor its contents. Strict: it accepts exactly what a NAR writer can
 * have written, so every tree has one archive. Names that could lead out of a directory ("..", or with a slash) never
 * reach the visitor. Failures are `E_NAR` with the offset; exceptions of the visitor pass through.
 */
export class NarParser {
  private bytes: Buffer = Buffer.alloc(0);
  /** How much of `bytes` is read. */
  private used = 0;
  /** Offset in the archive where `bytes` begin. */
  private base = 0;
  /** The name last read in each open directory. */
  private readonly lastNames: (Buffer | undefined)[] = [];
  private readonly steps: Steps;
  private done = false;
  private failed: Result<never> | undefined;

  /** @param mayBeFollowed do not fail on bytes behind the archive: they are `rest` */
  constructor(
    private readonly visitor: NarVisitor,
    private readonly mayBeFollowed = false,
  ) {
    this.steps = this.archive();
  }

  /** Reads the next piece, of any size. After a failure it returns the same failure again. */
  push(chunk: Uint8Array): Result<void> {
    if (this.failed !== undefined) return this.failed;
    if (chunk.length === 0) return ok(undefined);
    this.append(chunk);
    try {
      if (!this.done) this.done = this.steps.next().done === true;
      if (this.done && this.available > 0 && !this.mayBeFollowed) this.problem('bytes follow the end of the archive');
    } catch (error) {
      if (!(error instanceof NarProblem)) throw error;
      this.failed = fail('E_NAR', error.message, 'the archive is damaged, or not a NAR');
      return this.failed;
    }
    // The caller may reuse the chunk's memory, so copy what is left of it.
    const rest = Buffer.from(this.bytes.subarray(this.used));
    this.base += this.used;
    this.used = 0;
    this.bytes = rest;
    return ok(undefined);
  }

  /** The bytes of the last chunk after the archive's end; `undefined` while it has not ended. */
  get rest(): Uint8Array | undefined {
    return this.done ? this.bytes : undefined;
  }

  /** Ends the input; fails if the archive is not complete. */
  end(): Result<void> {
    if (this.failed !== undefined) return this.failed;
    if (this.done) return ok(undefined);
    return fail('E_NAR', `the archive ends too early, at offset ${this.offset + this.available}`, 'it is truncated: fetch or make it again');
  }

  /** No recursion, because archives can be nested deeper than the stack. */
  private *archive(): Steps {
    yield* this.expect(BEGIN);
    yield* this.node();
    while (this.lastNames.length > 0) {
      if (this.skip(ENTRY)) {
        yield* this.entry();
        continue;
      }
      const keyword = yield* this.keyword();
      if (keyword === 'entry') {
        yield* this.expectKeyword('(');
        yield* this.expectKeyword('name');
        yield* this.entry();
      } else if (keyword === ')') {
        this.visitor.endDirectory();
        this.lastNames.pop();
        if (this.lastNames.length > 0) yield* this.endEntry();
      } else {
        this.problem(`"entry" or ")" is expected, not "${printable(keyword)}"`);
      }
    }
  }

  /** Reads a whole file or symlink, or the beginning of a directory; returns whether the node was whole. */
  private *node(): Steps<boolean> {
    if (!this.skip(TYPE)) yield* this.expect(TYPE);
    if (this.skip(FILE)) {
      yield* this.file(false);
      return true;
    }
    if (this.skip(EXECUTABLE)) {
      yield* this.file(true);
      return true;
    }
    if (this.skip(SYMLINK)) return yield* this.symlink();
    if (this.skip(DIRECTORY)) return this.beginDirectory();
    const type = yield* this.keyword();
    switch (type) {
      case 'regular':
        yield* this.file(yield* this.isExecutable());
        return true;
      case 'symlink':
        yield* this.expectKeyword('target');
        return yield* this.symlink();
      case 'directory':
        return this.beginDirectory();
      default:
        return this.problem(`the node type "${printable(type)}" is unknown`);
    }
  }

  private *isExecutable(): Steps<boolean> {
    const keyword = yield* this.keyword();
    if (keyword === 'contents') return false;
    if (keyword !== 'executable') this.problem(`"contents" is expected, not "${printable(keyword)}"`);
    yield* this.expectKeyword('');
    yield* this.expectKeyword('contents');
    return true;
  }

  private *file(executable: boolean): Steps {
    const size = yield* this.length();
    if (!Number.isSafeInteger(size)) this.problem('a file is larger than any disk');
    this.visitor.file(executable, size, this.offset);
    for (let missing = size; missing > 0;) {
      if (this.available === 0) yield;
      const part = this.bytes.subarray(this.used, this.used + missing);
      this.used += part.length;
      missing -= part.length;
      this.visitor.data(part);
    }
    yield* this.zeros(paddingOf(size));
    if (!this.skip(CLOSE)) yield* this.expect(CLOSE);
    this.visitor.endFile();
  }

  private *symlink(): Steps<boolean> {
    const target = yield* this.string(MAX_TARGET_BYTES, "a symlink's target");
    if (target.length === 0 || target.includes(0)) this.problem("a symlink's target is empty or has a zero byte, which no file system supports");
    this.visitor.symlink(target);
    if (!this.skip(CLOSE)) yield* this.expect(CLOSE);
    return true;
  }

  private beginDirectory(): boolean {
    if (this.lastNames.length === MAX_DEPTH) this.problem(`directories are nested more than ${MAX_DEPTH} deep`);
    this.visitor.beginDirectory();
    this.lastNames.push(undefined);
    return false;
  }

  /** Reads what follows `entry ( name`. */
  private *entry(): Steps {
    const name = yield* this.string(MAX_NAME_BYTES, 'a file name');
    this.checkName(name, this.lastNames.at(-1));
    this.lastNames[this.lastNames.length - 1] = name;
    if (!this.skip(NODE)) yield* this.expect(NODE);
    this.visitor.entry(name);
    if (yield* this.node()) yield* this.endEntry();
  }

  private *endEntry(): Steps {
    if (!this.skip(CLOSE)) yield* this.expect(CLOSE);
    this.visitor.endEntry();
  }

  private checkName(name: Buffer, last: Buffer | undefined): void {
    const text = name.toString('latin1');
    if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('\0')) {
      this.problem(`"${printable(text)}" cannot be a file name`);
    }
    const order = last === undefined ? 1 : name.compare(last);
    if (order === 0) this.problem(`"${printable(text)}" is in its directory twice`);
    if (order < 0) this.problem(`"${printable(text)}" is not in order: names are sorted by bytes`);
  }

  private *expect({ keywords }: Phrase): Steps {
    for (const keyword of keywords) yield* this.expectKeyword(keyword);
  }

  private *expectKeyword(keyword: string): Steps {
    const found = yield* this.keyword();
    if (found !== keyword) this.problem(`"${keyword}" is expected, not "${printable(found)}"`);
  }

  private *keyword(): Steps<string> {
    return (yield* this.string(MAX_KEYWORD_BYTES, 'a keyword')).toString('latin1');
  }

  /** Returns a copy, because it outlives its chunk. */
  private *string(maxBytes: number, what: string): Steps<Buffer> {
    const length = yield* this.length();
    if (length > maxBytes) this.problem(`${what} of ${length} bytes is too long: at most ${maxBytes} are possible`);
    if (this.available < length) yield* this.wait(length);
    const bytes = Buffer.from(this.bytes.subarray(this.used, this.used + length));
    this.used += length;
    yield* this.zeros(paddingOf(length));
    return bytes;
  }

  private *length(): Steps<number> {
    if (this.available < ALIGNMENT) yield* this.wait(ALIGNMENT);
    const length = readLength(this.bytes, this.used);
    this.used += ALIGNMENT;
    return length;
  }

  private *zeros(count: number): Steps {
    if (this.available < count) yield* this.wait(count);
    for (let index = this.used; index < this.used + count; index++) {
      if (this.bytes[index] !== 0) this.problem('padding is not zero');
    }
    this.used += count;
  }

  private *wait(count: number): Steps {
    while (this.available < count) yield;
  }

  /** Reads a phrase if it is there in one piece. */
  private skip({ bytes }: Phrase): boolean {
    const end = this.used + bytes.length;
    if (end > this.bytes.length || this.bytes.compare(bytes, 0, bytes.length, this.used, end) !== 0) return false;
    this.used = end;
    return true;
  }

  private append(chunk: Uint8Array): void {
    const added = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.bytes = this.bytes.length === 0 ? added : Buffer.concat([this.bytes, added]);
  }

  private get available(): number {
    return this.bytes.length - this.used;
  }

  /** In the archive. */
  private get offset(): number {
    return this.base + this.used;
  }

  private problem(what: string): never {
    throw new NarProblem(`${what}, before offset ${this.offset}`);
  }
}

/** Thrown and caught in this file only. */
class NarProblem extends Error {}

/** Bytes from an archive may be anything, so show them in ASCII. */
function printable(latin1: string): string {
  return latin1.replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
