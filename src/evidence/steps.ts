/** The steps of a chain in claims. A step has one name, whichever seed the chain starts from. */
import { instantiateChain, seedsOf, type PreparedChain } from '../chain/index.js';
import { makeContentPath, sha256, sha256Hash, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import type { AnyRecipe, Chain } from '../recipe/index.js';

/** The path that stands for a seed from outside, so that a recipe has one name for all seeds. No file has this path. */
const STAND_IN = makeContentPath('any-seed', 'flat', sha256Hash(sha256('the seed, whichever it is')));

/** One recipe. */
export interface Step {
  /** The target's name, else the derivation's. */
  readonly name: string;
  readonly recipe: DrvPath;
  /** Sorted. */
  readonly outputs: readonly string[];
  /** Whether another seed makes another derivation of it. */
  readonly dependsOnSeed: boolean;
}

/** A step built from one seed. */
export interface Variant {
  readonly step: Step;
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
}

/** The steps of a chain, and their derivations for all seeds that were added. */
export class Steps {
  /** The chain's own seeds: programs beside recipes, as hexadecimal text. */
  readonly ownSeeds: ReadonlySet<StorePath>;
  private readonly steps = new Map<AnyRecipe, Step>();
  private readonly variants = new Map<DrvPath, Variant>();
  private readonly seeds = new Set<StorePath | undefined>();
  private readonly roots = new Map<DrvPath, readonly StorePath[]>();

  constructor(
    private readonly chain: Chain,
    private readonly prepared: PreparedChain,
  ) {
    this.ownSeeds = new Set([...prepared.external].flatMap(([one, path]) => (one.kind === 'local' && one.hexBytes !== undefined ? [path] : [])));
    const names = new Map(chain.targets.map(({ name, recipe }) => [recipe, name]));
    const withStandIn = instantiateChain(chain, this.externalWith(STAND_IN));
    const drvs = new Map([...withStandIn.values()].map(({ drvPath, drv }) => [drvPath, drv]));
    const dependsOnSeed = new Map<DrvPath, boolean>();
    const depends = (drvPath: DrvPath): boolean => {
      const drv = drvs.get(drvPath);
      const found =
        dependsOnSeed.get(drvPath) ?? (drv !== undefined && (drv.inputSrcs.includes(STAND_IN) || [...drv.inputDrvs.keys()].some(depends)));
      dependsOnSeed.set(drvPath, found);
      return found;
    };
    for (const [recipe, { drvPath, drv }] of withStandIn)
      this.steps.set(recipe, {
        name: names.get(recipe) ?? recipe.drvName,
        recipe: drvPath,
        outputs: [...drv.outputs.keys()].sort(),
        dependsOnSeed: depends(drvPath),
      });
    if (seedsOf(chain).every((seed) => seed.default !== undefined)) this.addSeed(undefined);
    for (const [external, path] of prepared.external) if (external.kind === 'seed') this.addSeed(path);
  }

  /** The seeds that a derivation starts from, sorted. */
  seedsOf(drvPath: DrvPath): readonly StorePath[] {
    const known = this.roots.get(drvPath);
    if (known !== undefined) return known;
    const { inputSrcs, inputDrvs } = this.variants.get(drvPath)!.drv;
    const isSeed = (path: StorePath): boolean => this.ownSeeds.has(path) || this.seeds.has(path);
    const found = [...new Set([...inputSrcs.filter(isSeed), ...[...inputDrvs.keys()].flatMap((input) => this.seedsOf(input))])].sort();
    this.roots.set(drvPath, found);
    return found;
  }

  /** Adds the derivations of all steps for a seed that somebody else started from. */
  addSeed(seed: StorePath | undefined): void {
    if (this.seeds.has(seed)) return;
    this.seeds.add(seed);
    for (const [recipe, { drvPath, drv }] of instantiateChain(this.chain, this.externalWith(seed)))
      this.variants.set(drvPath, { step: this.steps.get(recipe)!, drvPath, drv });
  }

  /** The step with this derivation; `undefined` if no step has it, for any seed that was added. */
  find(drvPath: DrvPath): Variant | undefined {
    return this.variants.get(drvPath);
  }

  /** The derivations with everything they need, each after its needs. */
  inOrder(roots: Iterable<DrvPath>): readonly Variant[] {
    const ordered = new Map<DrvPath, Variant>();
    const visit = (drvPath: DrvPath): void => {
      const variant = this.variants.get(drvPath);
      if (variant === undefined || ordered.has(drvPath)) return;
      for (const input of variant.drv.inputDrvs.keys()) visit(input);
      ordered.set(drvPath, variant);
    };
    for (const root of roots) visit(root);
    return [...ordered.values()];
  }

  private externalWith(seed: StorePath | undefined): PreparedChain['external'] {
    const { external } = this.prepared;
    const locals = [...external].filter(([{ kind }]) => kind !== 'seed');
    if (seed === undefined) return new Map(locals);
    return new Map([...locals, ...seedsOf(this.chain).map((one) => [one, seed] as const)]);
  }
}
