/** What one party says about one build: its inputs, its outputs, and the machine. */
import type { BuilderFacts, MachineFacts, Varied } from '../../build/index.js';
import type { DrvPath, Sha256, StorePath } from '../../formats/index.js';

export interface Claim {
  /** The chain's name for it, for people. */
  readonly target: string;
  /** As the recipe makes it, with this chain's seed. */
  readonly derivation: DrvPath;
  /** The same with a stand-in for a seed from outside, so that it is the same for all seeds. */
  readonly recipe: DrvPath;
  /** The derivation that was run, with the store paths of its inputs. */
  readonly resolved: DrvPath;
  /** The binaries that the chain started from; sorted by path. */
  readonly seeds: readonly ClaimedSeed[];
  /** Everything that the builder was given; sorted by path. */
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
  /** The hash of its NAR. */
  readonly sha256: Sha256;
}

export interface ClaimedInput {
  readonly path: StorePath;
  /** For a source, the hash of the file; otherwise the hash of the NAR. */
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

/** Where and by what it was built. A policy can ask that those who agree differ in this. */
export interface HowBuilt extends BuilderFacts, MachineFacts, Varied {
  /** Who says so, in their own words. Whose key it is, only the policy says. */
  readonly operator: string;
  /** Whether the machine was looked at during the run that built it, or when the claim was made. */
  readonly observed: 'while building' | 'while attesting';
}
