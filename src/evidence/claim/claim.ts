/** What one party says of one build: what went in, what came out, on which machine. */
import type { BuilderFacts, MachineFacts, Varied } from '../../build/index.js';
import type { DrvPath, Sha256, StorePath } from '../../formats/index.js';

export interface Claim {
  /** The name that the chain has for it; for people, judged by nobody. */
  readonly target: string;
  /** As the recipe makes it, with this chain's seed. */
  readonly derivation: DrvPath;
  /** The same with a stand-in in the place of a seed from outside: what chains of all seeds have in common. */
  readonly recipe: DrvPath;
  /** What was run: the derivation with its inputs resolved. */
  readonly resolved: DrvPath;
  /** The binaries that the chain started from; sorted by path. */
  readonly seeds: readonly ClaimedSeed[];
  /** All that the builder was given by name; sorted by path. */
  readonly inputs: readonly ClaimedInput[];
  /** All outputs of the derivation; sorted by name. */
  readonly outputs: readonly ClaimedOutput[];
  readonly how: HowBuilt;
  /** When the build began and ended, by that machine's clock: `2026-11-26T12:00:00.000Z`. */
  readonly startedOn: string;
  readonly finishedOn: string;
}

export interface ClaimedSeed {
  readonly path: StorePath;
  /** Of its NAR. */
  readonly sha256: Sha256;
}

export interface ClaimedInput {
  readonly path: StorePath;
  /** Of a source the hash of the file, else that of the NAR. */
  readonly sha256: Sha256;
  readonly kind: 'source' | 'file' | 'output';
}

export interface ClaimedOutput {
  readonly name: string;
  readonly path: StorePath;
  readonly narHash: Sha256;
  readonly narSize: number;
  /** Sorted. */
  readonly references: readonly StorePath[];
}

/** Where and by what it was built: what policies want to differ between those who agree. */
export interface HowBuilt extends BuilderFacts, MachineFacts, Varied {
  /** Who says so, in his own words; whose key it is, the policy says. */
  readonly operator: string;
  /** Whether the machine was looked at during the run that built it, or when the claim was made. */
  readonly observed: 'while building' | 'while attesting';
}
