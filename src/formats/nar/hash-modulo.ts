import { createHash } from 'node:crypto';
import type { Hash, HashAlgorithm } from '../hash.js';
import { Rewriter } from './rewriter.js';

/**
 * Hashes a stream that may contain its own hash part. The hash part counts as zeros, and its offsets are hashed after
 * the stream (`|<offset>` each), so a stream that really has zeros there has another hash. Source: `HashModuloSink` of
 * Nix's `references.cc`.
 */
export class ModuloHasher {
  private readonly hash;
  private readonly self: Rewriter;

  constructor(
    selfHashPart: string,
    private readonly algorithm: HashAlgorithm = 'sha256',
  ) {
    this.hash = createHash(algorithm);
    this.self = new Rewriter(new Map([[selfHashPart, '\0'.repeat(selfHashPart.length)]]), (chunk) => this.hash.update(chunk));
  }

  push(chunk: Uint8Array): void {
    this.self.push(chunk);
  }

  /** Ends the stream. */
  digest(): Hash {
    this.self.end();
    for (const position of this.self.positions) this.hash.update(`|${position}`);
    return { algorithm: this.algorithm, hex: this.hash.digest('hex') };
  }
}
