/**
 * Replaces strings by others of the same length in a stream of bytes, also across the border of two chunks. It moves a
 * tree that was built at a scratch path to its final path: only the hash part of the path changes, so no offset in any
 * file does. Source: `RewritingSink` of Nix's `references.cc`.
 */
export class Rewriter {
  private readonly rewrites: readonly (readonly [from: Buffer, to: Buffer])[];
  private readonly overlap: number;
  private held: Buffer = Buffer.alloc(0);
  /** Offset in the stream of the first held byte. */
  private offset = 0;
  private readonly found: number[] = [];

  /** All keys and values must have the same length. A chunk is valid during the call of `sink` only. */
  constructor(
    rewrites: ReadonlyMap<string, string>,
    private readonly sink: (chunk: Uint8Array) => void,
  ) {
    this.rewrites = [...rewrites].map(([from, to]) => [Buffer.from(from, 'latin1'), Buffer.from(to, 'latin1')] as const);
    const lengths = new Set(this.rewrites.flat().map((bytes) => bytes.length));
    if (lengths.size > 1) throw new Error('Internal error: what is rewritten must keep its length');
    this.overlap = Math.max((lengths.values().next().value ?? 0) - 1, 0);
  }

  /** Offsets of the replacements in the stream, ascending. Complete after `end`. */
  get positions(): readonly number[] {
    return this.found;
  }

  push(chunk: Uint8Array): void {
    if (this.rewrites.length === 0) {
      this.sink(chunk);
      return;
    }
    const bytes = Buffer.concat([this.held, chunk]);
    const found = this.rewrites.flatMap(([from, to]) => replaceAll(bytes, from, to));
    for (const position of found.sort((a, b) => a - b)) this.found.push(this.offset + position);
    const settled = Math.max(bytes.length - this.overlap, 0);
    this.held = bytes.subarray(settled);
    this.offset += settled;
    if (settled > 0) this.sink(bytes.subarray(0, settled));
  }

  /** Passes on the held bytes. */
  end(): void {
    if (this.held.length > 0) this.sink(this.held);
    this.held = Buffer.alloc(0);
  }
}

function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): number[] {
  const positions: number[] = [];
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + from.length)) {
    to.copy(bytes, at);
    positions.push(at);
  }
  return positions;
}
