/**
 * The text of a `.drv` file: an ATerm `Derive([outputs],[inputDrvs],[inputSrcs],platform,builder,[args],[env])`, all
 * lists sorted, strings escaped with a backslash for `"`, `\`, newline, carriage return and tab only. Source: Nix's
 * `derivations.cc`, `unparse` and `parseDerivation`.
 */
import { fail, ok, type Result } from '../../result.js';
import { bytesOfText, textOfBytes } from '../byte-text.js';
import { isHashAlgorithm, parseHash } from '../hash.js';
import { isDrvPath, parseStorePath, type DrvPath, type FileIngestionMethod, type StorePath } from '../store-path.js';
import { staticOutputPath, type Derivation, type DerivationOutput } from './derivation.js';

/** How to write input derivations: by their paths, or (to hash modulo fixed outputs) by other keys. */
export interface WriteOptions {
  /** Replaces `inputDrvs`: key to output names. */
  readonly inputs?: ReadonlyMap<string, readonly string[]>;
  /** Leaves out the derivation's own output paths, because its hash must not depend on them. */
  readonly maskOutputs?: boolean;
}

/** Writes the derivation's text, with the same bytes as Nix. */
export function writeDerivation(drv: Derivation, options: WriteOptions = {}): Buffer {
  return bytesOfText(unparse(drv, options));
}

function unparse(drv: Derivation, options: WriteOptions = {}): string {
  const masked = options.maskOutputs === true;
  const outputs = sortedEntries(drv.outputs).map(([name, output]) => {
    const path = masked ? '' : (staticOutputPath(drv, name) ?? '');
    const [algorithm, hash] = outputFields(output);
    return tuple([quote(name), quote(path), quote(algorithm), quote(hash)]);
  });
  const inputs: ReadonlyMap<string, readonly string[]> = options.inputs ?? drv.inputDrvs;
  const inputDrvs = sortedEntries(inputs).map(([key, names]) => tuple([quote(key), list([...names].sort().map(quote))]));
  const env = sortedEntries(drv.env).map(([key, value]) => tuple([quote(key), quote(masked && drv.outputs.has(key) ? '' : value)]));
  const fields = [
    list(outputs),
    list(inputDrvs),
    list([...drv.inputSrcs].sort().map(quote)),
    quote(drv.platform),
    quote(drv.builder),
    list(drv.args.map(quote)),
    list(env),
  ];
  return `Derive(${fields.join(',')})`;
}

function outputFields(output: DerivationOutput): readonly [algorithm: string, hash: string] {
  switch (output.kind) {
    case 'input-addressed':
    case 'deferred':
      return ['', ''];
    case 'fixed':
      return [methodAlgorithm(output), output.hash.hex];
    case 'floating':
      return [methodAlgorithm(output), ''];
    case 'impure':
      return [methodAlgorithm(output), 'impure'];
  }
}

/**
 * How an output is hashed, as derivations write it: `r:sha256` for the hash of the NAR, `sha256` for that of the file.
 */
export function methodAlgorithm(output: Extract<DerivationOutput, { method: unknown }>): string {
  const algorithm = output.kind === 'fixed' ? output.hash.algorithm : output.algorithm;
  return output.method === 'recursive' ? `r:${algorithm}` : algorithm;
}

/**
 * Nix sorts by bytes. UTF-16 code units sort the same unless there are surrogates, whose characters sort after all
 * others.
 */
export function sortedEntries<K extends string, V>(map: ReadonlyMap<K, V>): (readonly [K, V])[] {
  return [...map].sort(([a], [b]) => (SURROGATE.test(a) || SURROGATE.test(b) ? Buffer.compare(bytesOfText(a), bytesOfText(b)) : a < b ? -1 : 1));
}

const SURROGATE = /[\ud800-\udfff]/;

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const UNESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function quote(text: string): string {
  return `"${text.replace(/["\\\n\r\t]/g, (character) => ESCAPES[character] ?? character)}"`;
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

function tuple(items: readonly string[]): string {
  return `(${items.join(',')})`;
}

/**
 * Reads a derivation, whose `name` is the file's name without hash and `.drv`. Strict: it accepts only what Nix can
 * have written, so writing it again gives the same bytes. Fails with `E_DERIVATION` and the offset of the error. Bytes
 * that are not UTF-8 are read as in `textOfBytes`.
 */
export function parseDerivation(contents: string | Uint8Array, name: string): Result<Derivation> {
  try {
    const text = typeof contents === 'string' ? contents : textOfBytes(contents);
    const drv = new Reader(text).derivation(name);
    const canonical = unparse(drv);
    if (canonical === text) return ok(drv);
    let offset = 0;
    while (canonical[offset] === text[offset]) offset++;
    return malformed(name, `it is not as Nix would write it (sorted, nothing twice, the right paths), from offset ${offset} on`);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return malformed(name, error.message);
  }
}

function malformed(name: string, why: string): Result<never> {
  return fail('E_DERIVATION', `the derivation "${name}" is malformed: ${why}`);
}

/** Thrown and caught in this file only. */
class SyntaxProblem extends Error {}

class Reader {
  private offset = 0;

  constructor(private readonly text: string) {}

  derivation(name: string): Derivation {
    this.expect('Derive(');
    const outputs = new Map(this.list(() => this.output()));
    this.expect(',');
    const inputDrvs = new Map(this.list(() => this.inputDrv()));
    this.expect(',');
    const inputSrcs = this.list(() => this.storePath());
    this.expect(',');
    const platform = this.string();
    this.expect(',');
    const builder = this.string();
    this.expect(',');
    const args = this.list(() => this.string());
    this.expect(',');
    const env = new Map(this.list(() => this.pair()));
    this.expect(')');
    if (this.offset !== this.text.length) this.problem('text follows the end');
    return { name, outputs, inputDrvs, inputSrcs, platform, builder, args, env };
  }

  private output(): [string, DerivationOutput] {
    this.expect('(');
    const name = this.string();
    this.expect(',');
    const path = this.string();
    this.expect(',');
    const algorithm = this.string();
    this.expect(',');
    const hash = this.string();
    this.expect(')');
    return [name, this.outputOf(path, algorithm, hash)];
  }

  private outputOf(path: string, methodAlgorithm: string, digest: string): DerivationOutput {
    if (methodAlgorithm === '') {
      if (digest !== '') this.problem('an output has a hash but no algorithm');
      return path === '' ? { kind: 'deferred' } : { kind: 'input-addressed', path: this.checkedPath(path) };
    }
    const method: FileIngestionMethod = methodAlgorithm.startsWith('r:') ? 'recursive' : 'flat';
    const algorithm = method === 'recursive' ? methodAlgorithm.slice(2) : methodAlgorithm;
    if (!isHashAlgorithm(algorithm)) this.problem(`unknown hash algorithm "${algorithm}"`);
    if (digest === '' || digest === 'impure') {
      if (path !== '') this.problem('an output that is not fixed has a hash algorithm and a path');
      return { kind: digest === '' ? 'floating' : 'impure', method, algorithm };
    }
    const hash = parseHash(digest, algorithm);
    if (!hash.ok) this.problem(hash.failure.message);
    return { kind: 'fixed', method, hash: hash.value };
  }

  private inputDrv(): [DrvPath, string[]] {
    this.expect('(');
    const path = this.storePath();
    if (!isDrvPath(path)) this.problem(`the input derivation "${path}" does not end in .drv`);
    this.expect(',');
    const names = this.list(() => this.string());
    this.expect(')');
    return [path, names];
  }

  private pair(): [string, string] {
    this.expect('(');
    const key = this.string();
    this.expect(',');
    const value = this.string();
    this.expect(')');
    return [key, value];
  }

  private storePath(): StorePath {
    return this.checkedPath(this.string());
  }

  private checkedPath(text: string): StorePath {
    const path = parseStorePath(text);
    if (!path.ok) this.problem(path.failure.message);
    return path.value;
  }

  private list<T>(item: () => T): T[] {
    const items: T[] = [];
    this.expect('[');
    while (this.text[this.offset] !== ']') {
      if (items.length > 0) this.expect(',');
      items.push(item());
    }
    this.offset++;
    return items;
  }

  private string(): string {
    this.expect('"');
    let value = '';
    for (;;) {
      const stop = this.nextQuoteOrBackslash();
      value += this.text.slice(this.offset, stop);
      this.offset = stop + 1;
      if (this.text[stop] === '"') return value;
      const escaped = this.text[this.offset++];
      if (escaped === undefined) this.problem('a string does not end');
      value += UNESCAPES[escaped] ?? escaped;
    }
  }

  private nextQuoteOrBackslash(): number {
    for (let at = this.offset; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 0x22 || code === 0x5c) return at;
    }
    return this.problem('a string does not end');
  }

  private expect(token: string): void {
    if (!this.text.startsWith(token, this.offset)) this.problem(`"${token}" is expected`);
    this.offset += token.length;
  }

  private problem(what: string): never {
    throw new SyntaxProblem(`${what}, at offset ${this.offset}`);
  }
}
