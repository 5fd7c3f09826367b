/**
 * Judges the claims about a chain, step by step. For a step, only claims about exactly those inputs count that were found for the steps
 * before. So a claim that was made with a compiler that nobody else has supports nothing.
 */
import { derivationPath, resolveDerivation, type DrvPath, type Sha256, type StorePath } from '../../formats/index.js';
import type { ClaimedInput, ClaimedOutput } from '../claim/claim.js';
import { DIMENSIONS, type Dimension, type Policy } from '../policy/policy.js';
import type { Step, Steps, Variant } from '../steps.js';
import type { Admitted, Refused } from './admit.js';
import { countIndependent } from './independence.js';

/** Too few of something that the policy needs. */
export interface Lack {
  readonly what: Dimension;
  readonly have: number;
  readonly need: number;
}

const WORDS: Readonly<Record<Dimension, string>> = {
  operators: 'operators',
  cpuVendors: 'makers of processors',
  kernels: 'kernels',
  seeds: 'seeds',
  builders: 'kinds of builder',
};

/** `1 of 2 makers of processors` */
export function lackInWords({ what, have, need }: Lack): string {
  return `${have} of ${need} ${WORDS[what]}`;
}

/** The outputs that were found for a step, and who confirms them. */
export interface StepVerdict {
  readonly step: Step;
  readonly drvPath: DrvPath;
  /** `lacking`: those who confirm it are too few or too similar. `missing`: no claim is about these inputs. */
  readonly state: 'holds' | 'lacking' | 'missing' | 'disputed';
  readonly outputs: readonly ClaimedOutput[];
  /** Sorted. */
  readonly operators: readonly string[];
  readonly lacks: readonly Lack[];
}

/** Claims that give different outputs for the same inputs. */
export interface Disagreement {
  readonly step: Step;
  readonly sides: readonly { readonly outputs: readonly ClaimedOutput[]; readonly operators: readonly string[] }[];
}

export interface Judgement {
  readonly holds: boolean;
  /** In the order of building. */
  readonly steps: readonly StepVerdict[];
  /** In the order of building. The later ones may follow from the first, or not. */
  readonly disagreements: readonly Disagreement[];
  /** By operator, claims about other inputs than those that were found. They may follow from a disagreement. */
  readonly elsewhere: readonly { readonly operator: string; readonly first: string; readonly count: number }[];
  /** Claims that are wrong about this chain, or about a derivation that it does not have. */
  readonly refused: readonly Refused[];
  readonly deceivers: Deceivers;
}

/** The smallest set of parties who could deceive you by lying together, and about what. */
export interface Deceivers {
  /** Empty if a step has no support: then whoever gives you that step could deceive you. */
  readonly operators: readonly string[];
  /** Names of the steps that only these parties confirm. */
  readonly steps: readonly string[];
}

/** This store's own results. They can show that a claim is wrong, and do not count as support. */
export type OwnOutputs = (drvPath: DrvPath) => readonly ClaimedOutput[] | undefined;

export const OWN = 'this store';
/** More seeds than anybody has; a limit against claims that only cost time. */
const MAX_SEEDS = 64;

export function judge(
  steps: Steps,
  roots: readonly DrvPath[],
  claims: readonly Admitted[],
  policy: Policy,
  own: OwnOutputs = () => undefined,
): Judgement {
  const { byStep, refused } = sorted(steps, claims);
  const bench = new Bench(steps, policy, own, byStep);
  const verdicts = steps.inOrder(roots).map((variant) => bench.verdict(variant));
  return {
    holds: verdicts.every(({ state }) => state === 'holds'),
    steps: verdicts,
    disagreements: bench.disagreements,
    elsewhere: [...bench.elsewhere].map(([operator, { first, count }]) => ({ operator, first, count })),
    refused: [...refused, ...bench.refused],
    deceivers: deceivers(verdicts),
  };
}

/** The claims by what they are about. */
function sorted(
  steps: Steps,
  claims: readonly Admitted[],
): { readonly byStep: ReadonlyMap<Step, readonly Admitted[]>; readonly refused: readonly Refused[] } {
  const seeds = new Set(claims.flatMap(({ claim }) => claim.seeds.map(({ path }) => path)).filter((path) => !steps.ownSeeds.has(path)));
  for (const seed of [...seeds].sort().slice(0, MAX_SEEDS)) steps.addSeed(seed);
  const byStep = new Map<Step, Admitted[]>();
  const refused: Refused[] = [];
  for (const one of claims) {
    const variant = steps.find(one.claim.derivation);
    const why = variant === undefined ? `no step of this chain has the derivation ${one.claim.derivation}` : whyNotOf(variant, one, steps);
    if (variant === undefined || why !== undefined) {
      refused.push({ where: one.where, why: why ?? '' });
      continue;
    }
    const others = byStep.get(variant.step);
    if (others === undefined) byStep.set(variant.step, [one]);
    else others.push(one);
  }
  return { byStep, refused };
}

function whyNotOf({ step, drvPath }: Variant, { claim }: Admitted, steps: Steps): string | undefined {
  if (claim.recipe !== step.recipe) return `${claim.derivation} does not come from the recipe ${claim.recipe}`;
  if (claim.target !== step.name) return `${claim.derivation} is ${step.name}, not ${claim.target}`;
  const names = claim.outputs.map(({ name }) => name);
  if (names.join(' ') !== step.outputs.join(' ')) return `${step.name} has the outputs ${step.outputs.join(', ')}, not ${names.join(', ')}`;
  const seeds = steps.seedsOf(drvPath);
  return seeds.join(' ') === claim.seeds.map(({ path }) => path).join(' ')
    ? undefined
    : `${claim.derivation} does not start from the seed that the claim names`;
}

class Bench {
  readonly disagreements: Disagreement[] = [];
  readonly elsewhere = new Map<string, { first: string; count: number }>();
  readonly refused: Refused[] = [];
  /** The outputs that were found, by step. */
  private readonly found = new Map<Step, ReadonlyMap<string, ClaimedOutput>>();
  private readonly questions = new Map<DrvPath, Question>();

  constructor(
    private readonly steps: Steps,
    private readonly policy: Policy,
    private readonly own: OwnOutputs,
    private readonly byStep: ReadonlyMap<Step, readonly Admitted[]>,
  ) {}

  verdict({ step, drvPath }: Variant): StepVerdict {
    const fitting = (this.byStep.get(step) ?? []).filter((one) => this.fits(step, one));
    const sides = new Map<string, { readonly outputs: readonly ClaimedOutput[]; readonly claims: Admitted[] }>();
    for (const one of fitting) {
      const side = sides.get(keyOf(one.claim.outputs)) ?? { outputs: one.claim.outputs, claims: [] };
      side.claims.push(one);
      sides.set(keyOf(one.claim.outputs), side);
    }
    const own = this.own(drvPath);
    const ownKey = own === undefined ? undefined : keyOf(own);
    const isDisputed = sides.size > 1 || (ownKey !== undefined && sides.size > 0 && !sides.has(ownKey));
    const most = [...sides].sort(
      ([a, one], [b, other]) => Number(b === ownKey) - Number(a === ownKey) || other.claims.length - one.claims.length,
    )[0]?.[1];
    const outputs = most?.outputs ?? own ?? [];
    if (outputs.length > 0) this.found.set(step, new Map(outputs.map((output) => [output.name, output])));
    if (isDisputed) {
      const told = [...sides.values()].map((side) => ({ outputs: side.outputs, operators: operatorsOf(side.claims) }));
      const mine = own === undefined ? [] : [{ outputs: own, operators: [OWN] }];
      this.disagreements.push({ step, sides: [...mine.filter(() => ownKey === undefined || !sides.has(ownKey)), ...told] });
    }
    const supporters = most?.claims ?? [];
    const lacks = DIMENSIONS.map((what) => {
      // A step that no seed from outside can affect is the same for every seed.
      const need = what === 'seeds' && !step.dependsOnSeed ? 1 : this.policy.need[what];
      return { what, have: countIndependent(supporters, what), need };
    }).filter(({ have, need }) => have < need);
    const state = isDisputed ? 'disputed' : supporters.length === 0 ? 'missing' : lacks.length > 0 ? 'lacking' : 'holds';
    return { step, drvPath, state, outputs, operators: operatorsOf(supporters), lacks };
  }

  /** Whether a claim is about the inputs that were found. Wrong claims are refused, and claims about other inputs are counted. */
  private fits(step: Step, { where, operator, claim }: Admitted): boolean {
    const question = this.questionOf(this.steps.find(claim.derivation)!);
    if (question?.resolved !== claim.resolved) {
      const known = this.elsewhere.get(operator);
      this.elsewhere.set(operator, { first: known?.first ?? step.name, count: (known?.count ?? 0) + 1 });
      return false;
    }
    const wrong = whyWrongInputs(claim.inputs, question);
    if (wrong !== undefined) this.refused.push({ where, why: wrong });
    return wrong === undefined;
  }

  /** The derivation with the inputs that were found; `undefined` if the outputs of one input were not found. */
  private questionOf({ drvPath, drv }: Variant): Question | undefined {
    const known = this.questions.get(drvPath);
    if (known !== undefined) return known;
    const made = new Map<StorePath, Sha256>();
    const resolved = resolveDerivation(drv, (input, name) => {
      const output = this.found.get(this.steps.find(input)!.step)?.get(name);
      if (output !== undefined) made.set(output.path, output.narHash);
      return output?.path;
    });
    if (resolved === undefined) return undefined;
    const question = { resolved: drv.inputDrvs.size === 0 ? drvPath : derivationPath(resolved), inputs: [...resolved.inputSrcs].sort(), made };
    this.questions.set(drvPath, question);
    return question;
  }
}

interface Question {
  readonly resolved: DrvPath;
  readonly inputs: readonly StorePath[];
  /** Those that earlier steps made. */
  readonly made: ReadonlyMap<StorePath, Sha256>;
}

function whyWrongInputs(inputs: readonly ClaimedInput[], question: Question): string | undefined {
  if (inputs.map(({ path }) => path).join(' ') !== question.inputs.join(' ')) return 'its inputs are not those of the derivation that was run';
  const isOther = ({ path, sha256, kind }: ClaimedInput): boolean => {
    const made = question.made.get(path);
    return made === undefined ? kind === 'output' : kind !== 'output' || made !== sha256;
  };
  return inputs.some(isOther) ? 'an input does not have the hash of the step that made it' : undefined;
}

function operatorsOf(claims: readonly Admitted[]): readonly string[] {
  return [...new Set(claims.map(({ operator }) => operator))].sort();
}

function keyOf(outputs: readonly ClaimedOutput[]): string {
  return JSON.stringify(outputs.map(({ name, path, narHash, narSize, references }) => [name, path, narHash, narSize, references]));
}

/** A step can be false only if all who confirm it lie, because an honest party does not confirm a false result. */
function deceivers(verdicts: readonly StepVerdict[]): Deceivers {
  const least = Math.min(...verdicts.map(({ operators }) => operators.length));
  const weakest = verdicts.filter(({ operators }) => operators.length === least);
  const operators = weakest[0]?.operators ?? [];
  return {
    operators,
    steps: weakest.filter((one) => one.operators.join(' ') === operators.join(' ')).map(({ step }) => step.name),
  };
}
