/**
 * What is known of a chain without running it: enough to list its targets, and to see that nothing is to be built. A `PreparedChain` has
 * all of it; whoever needs more takes that, and the type checker tells who does.
 */
import type { DrvPath } from '../formats/index.js';

export interface ChainFacts {
  readonly defaultTarget: string;
  readonly targets: readonly TargetFacts[];
  readonly derivations: ReadonlyMap<DrvPath, DerivationFacts>;
}

export interface TargetFacts {
  readonly name: string;
  readonly stage: string;
  readonly recipe: RecipeFacts;
  readonly build: { readonly drvPath: DrvPath };
  readonly test: { readonly drvPath: DrvPath } | undefined;
}

export interface RecipeFacts {
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly drvName: string;
  readonly outputNames: readonly string[];
}

export interface DerivationFacts {
  /** By name. */
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly inputDrvs: ReadonlyMap<DrvPath, unknown>;
}
