import { fail, ok, type Result } from '../../result.js';
import { ALIGNMENT, MAGIC, paddingOf, readLength } from './token.js';
import type { NarVisitor } from './visitor.js';

/** What Linux can hold: a name, a symlink's target, a nesting of directories whose path still has a system call. */
const MAX_NAME_BYTES = 255;
const MAX_TARGET_BYTES = 4095;
const MAX_DEPTH = 2048;

/** No keyword is longer; a longer one in a damaged archive must not make us wait for gigabytes. */
const MAX_KEYWORD_BYTES = 16;

/**
 * Reads a NAR that comes in pieces, and tells a visitor what is in it. Strict: it takes exactly what a NAR writer can
 * have written, so every tree has one archive. Names that could lead out of a directory ("..", or with a slash) never
 * reach the visitor. Failures are `E_NAR` with the offset; what the visitor throws passes through.
 */
export class NarParser {
  private pending: Buffer = Buffer.alloc(0);
  /** Offset in the archive of the first pending byte. */
  private offset = 0;
  /** The name last read in each open directory. */
  private readonly lastNames: (Buffer | undefined)[] = [];
  private readonly steps: Generator<undefined, undefined, undefined>;
  private done = false;
  private failed: Result<never> | undefined;

  constructor(private readonly visitor: NarVisitor) {
    this.steps = this.archive();
  }

  /** Takes the next piece, of any size. After a failure it gives the same failure again. */
  push(chunk: Uint8Array): Result<void> {
    if (this.failed !== undefined) return this.failed;
    if (chunk.length === 0) return ok(undefined);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    try {
      if (!this.done) this.done = this.steps.next().done === true;
      if (this.done && this.pending.length > 0) this.problem('bytes follow the end of the archive');
    } catch (error) {
      if (!(error instanceof NarProblem)) throw error;
      this.failed = fail('E_NAR', error.message, 'the archive is damaged, or not a NAR');
      return this.failed;
    }
    // The caller may reuse the chunk's memory.
    this.pending = Buffer.from(this.pending);
    return ok(undefined);
  }

  /** Says that no more is to come; fails when the archive is not complete. */
  end(): Result<void> {
    if (this.failed !== undefined) return this.failed;
    if (this.done) return ok(undefined);
    const length = this.offset + this.pending.length;
    return fail('E_NAR', `the archive ends too early, at offset ${length}`, 'it was cut off: fetch or make it again');
  }

  /** No recursion: archives can be nested deeper than the stack is. */
  private *archive(): Generator<undefined, undefined, undefined> {
    yield* this.expect(MAGIC);
    yield* this.node();
    while (this.lastNames.length > 0) {
      const keyword = yield* this.keyword();
      if (keyword === 'entry') {
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

  /** Reads a whole file or symlink, or the beginning of a directory; true when it was whole. */
  private *node(): Generator<undefined, boolean, undefined> {
    yield* this.expect('(');
    yield* this.expect('type');
    const type = yield* this.keyword();
    switch (type) {
      case 'regular':
        yield* this.file();
        return true;
      case 'symlink':
        yield* this.expect('target');
        this.visitor.symlink(yield* this.string(MAX_TARGET_BYTES, "a symlink's target"));
        yield* this.expect(')');
        return true;
      case 'directory':
        if (this.lastNames.length === MAX_DEPTH) this.problem(`directories are nested more than ${MAX_DEPTH} deep`);
        this.visitor.beginDirectory();
        this.lastNames.push(undefined);
        return false;
      default:
        return this.problem(`the node type "${printable(type)}" is unknown`);
    }
  }

  private *file(): Generator<undefined, undefined, undefined> {
    let keyword = yield* this.keyword();
    const executable = keyword === 'executable';
    if (executable) {
      yield* this.expect('');
      keyword = yield* this.keyword();
    }
    if (keyword !== 'contents') this.problem(`"contents" is expected, not "${printable(keyword)}"`);
    const size = yield* this.length();
    if (!Number.isSafeInteger(size)) this.problem('a file is larger than any disk');
    this.visitor.file(executable, size, this.offset);
    let missing = size;
    while (missing > 0) {
      if (this.pending.length === 0) yield;
      const part = this.pending.subarray(0, missing);
      this.advance(part.length);
      missing -= part.length;
      this.visitor.data(part);
    }
    yield* this.zeros(paddingOf(size));
    yield* this.expect(')');
    this.visitor.endFile();
  }

  private *entry(): Generator<undefined, undefined, undefined> {
    yield* this.expect('(');
    yield* this.expect('name');
    const name = yield* this.string(MAX_NAME_BYTES, 'a file name');
    this.checkName(name, this.lastNames.at(-1));
    this.lastNames[this.lastNames.length - 1] = name;
    yield* this.expect('node');
    this.visitor.entry(name);
    if (yield* this.node()) yield* this.endEntry();
  }

  private *endEntry(): Generator<undefined, undefined, undefined> {
    yield* this.expect(')');
    this.visitor.endEntry();
  }

  private checkName(name: Buffer, last: Buffer | undefined): void {
    const text = name.toString('latin1');
    if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('\0'))
      this.problem(`"${printable(text)}" cannot be a file name`);
    const order = last === undefined ? 1 : name.compare(last);
    if (order === 0) this.problem(`"${printable(text)}" is in its directory twice`);
    if (order < 0) this.problem(`"${printable(text)}" is not in order: names are sorted by bytes`);
  }

  private *expect(token: string): Generator<undefined, undefined, undefined> {
    const found = yield* this.keyword();
    if (found !== token) this.problem(`"${token}" is expected, not "${printable(found)}"`);
  }

  private *keyword(): Generator<undefined, string, undefined> {
    return (yield* this.string(MAX_KEYWORD_BYTES, 'a keyword')).toString('latin1');
  }

  /** A copy, because it outlives the chunk it came in. */
  private *string(maxBytes: number, what: string): Generator<undefined, Buffer, undefined> {
    const length = yield* this.length();
    if (length > maxBytes) this.problem(`${what} of ${length} bytes is too long: ${maxBytes} are possible`);
    if (this.pending.length < length) yield* this.wait(length);
    const bytes = Buffer.from(this.pending.subarray(0, length));
    this.advance(length);
    yield* this.zeros(paddingOf(length));
    return bytes;
  }

  private *length(): Generator<undefined, number, undefined> {
    if (this.pending.length < ALIGNMENT) yield* this.wait(ALIGNMENT);
    const length = readLength(this.pending, 0);
    this.advance(ALIGNMENT);
    return length;
  }

  private *zeros(count: number): Generator<undefined, undefined, undefined> {
    if (this.pending.length < count) yield* this.wait(count);
    for (let index = 0; index < count; index++) {
      if (this.pending[index] !== 0) this.problem('padding is not zero');
    }
    this.advance(count);
  }

  private *wait(count: number): Generator<undefined, undefined, undefined> {
    while (this.pending.length < count) yield;
  }

  private advance(count: number): void {
    this.pending = this.pending.subarray(count);
    this.offset += count;
  }

  private problem(what: string): never {
    throw new NarProblem(`${what}, before offset ${this.offset}`);
  }
}

/** Thrown and caught in this file alone. */
class NarProblem extends Error {}

/** Bytes from an archive may hold anything: show it in ASCII. */
function printable(latin1: string): string {
  return latin1.replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
