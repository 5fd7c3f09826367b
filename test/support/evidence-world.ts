/** A small chain that nothing builds, and parties who make claims about it: honest and dishonest ones. */
import { instantiateChain, type PreparedChain } from '../../src/chain/index.js';
import type { Claim, HowBuilt } from '../../src/evidence/claim/claim.js';
import { sealPayload, writeEnvelope } from '../../src/evidence/claim/envelope.js';
import { writeStatement } from '../../src/evidence/claim/statement.js';
import { admit, type Admission, type ClaimLine } from '../../src/evidence/judge/admit.js';
import { judge, type Judgement } from '../../src/evidence/judge/judge.js';
import type { Policy } from '../../src/evidence/policy/policy.js';
import { Steps } from '../../src/evidence/steps.js';
import {
  derivationPath,
  generateSecretKey,
  makeContentPath,
  resolveDerivation,
  sha256,
  sha256Hash,
  type DrvPath,
  type SecretKey,
  type StorePath,
} from '../../src/formats/index.js';
import { chain, hexProgram, recipe, seed, selfPath, source, sourcePath, text, type Chain } from '../../src/recipe/index.js';

const hex = hexProgram(import.meta.url, './seed.hex', { name: 'hex0', bytes: 3 });
const ladder = recipe({ name: 'ladder', builder: hex, args: [selfPath('out')] });
const tcc = seed('tcc', { default: ladder });
const tarball = source({ name: 'musl', version: '1', size: 3, sha256: sha256('abc'), debian: 'pool/main/m/musl/musl_1.orig.tar.gz' });
const compiler = recipe({ name: 'compiler', builder: tcc, args: [text`${tarball}`, selfPath('out')] });
const library = recipe({ name: 'library', outputs: ['out', 'dev'], builder: compiler, args: [selfPath('out'), selfPath('dev')] });
const systemWith = (...more: readonly string[]) =>
  recipe({ name: 'system', builder: compiler, args: [text`${library} ${{ kind: 'output', recipe: library, outputName: 'dev' }}`, ...more] });
const system = systemWith();

/** Ladder, compiler (by the seed, from a tarball), library of two outputs, system of all. */
export const worldChain: Chain = chain('system', { one: { ladder, compiler }, two: { library, system } });
/** The same before its last recipe was changed. */
export const earlierChain: Chain = chain('system', { one: { ladder, compiler }, two: { library, system: systemWith('--old') } });

/** A tree of one file that holds a text. */
function treePath(name: string, contents: string, references: readonly StorePath[] = []) {
  const narHash = sha256(contents);
  return { path: makeContentPath(name, 'recursive', sha256Hash(narHash), { others: references, self: false }), narHash };
}

/** A chain whose files and seed nobody has: only their names count. */
export class World {
  readonly hexPath = treePath('hex0', 'hex').path;
  readonly otherSeed = treePath('tcc', 'another tcc').path;
  readonly prepared: PreparedChain;

  constructor(readonly chain: Chain = worldChain) {
    const external: PreparedChain['external'] = new Map([[hex, this.hexPath]]);
    const instantiated = instantiateChain(chain, external);
    this.prepared = {
      defaultTarget: chain.defaultTarget,
      targets: chain.targets.map((target) => ({ ...target, build: instantiated.get(target.recipe)!, test: undefined })),
      derivations: new Map([...instantiated.values()].map(({ drvPath, drv }) => [drvPath, drv])),
      sources: new Map([[sourcePath(tarball), tarball]]),
      external,
    };
  }

  /** New each time, because judges must not share what they learn about seeds. */
  steps(): Steps {
    return new Steps(this.chain, this.prepared);
  }

  drvPathOf(target: string): DrvPath {
    return this.prepared.targets.find(({ name }) => name === target)!.build.drvPath;
  }

  /** What a party claims who built all of it. What comes out is what `contents` says, by default the same for everybody. */
  claims({
    how = {},
    seed: given,
    contents = (step, output) => `${step}^${output}`,
    at = '2026-06-01T12:00:00.000Z',
  }: {
    readonly how?: Partial<HowBuilt>;
    readonly seed?: StorePath;
    readonly contents?: (step: string, output: string) => string;
    readonly at?: string;
  } = {}): Claim[] {
    const steps = this.steps();
    if (given !== undefined) steps.addSeed(given);
    const seeds = [...this.prepared.external.keys()].filter(({ kind }) => kind === 'local');
    const external = new Map([...seeds.map((one) => [one, this.hexPath] as const), ...(given === undefined ? [] : [[tcc, given] as const])]);
    const instantiated = instantiateChain(this.chain, external);
    const built = new Map<DrvPath, ReadonlyMap<string, Claim['outputs'][number]>>();
    const made = new Map<StorePath, Claim['outputs'][number]['narHash']>();
    const roots = this.chain.targets.map((target) => instantiated.get(target.recipe)!.drvPath);
    return steps.inOrder(roots).map(({ step, drvPath, drv }): Claim => {
      const resolved = resolveDerivation(drv, (input, name) => built.get(input)?.get(name)?.path)!;
      const outputs = step.outputs.map((name) => {
        const { path, narHash } = treePath(name === 'out' ? step.name : `${step.name}-${name}`, contents(step.name, name));
        return { name, path, narHash, narSize: 120, references: [] };
      });
      for (const { path, narHash } of outputs) made.set(path, narHash);
      built.set(drvPath, new Map(outputs.map((output) => [output.name, output])));
      return {
        target: step.name,
        derivation: drvPath,
        recipe: step.recipe,
        resolved: drv.inputDrvs.size === 0 ? drvPath : derivationPath(resolved),
        seeds: steps.seedsOf(drvPath).map((path) => ({ path, sha256: path === this.hexPath ? sha256('hex') : sha256('another tcc') })),
        inputs: resolved.inputSrcs.map((path) =>
          path === sourcePath(tarball)
            ? { path, sha256: tarball.sha256, kind: 'source' }
            : made.has(path)
              ? { path, sha256: made.get(path)!, kind: 'output' }
              : { path, sha256: path === this.hexPath ? sha256('hex') : sha256('another tcc'), kind: 'file' },
        ),
        outputs,
        how: { ...MACHINE, ...how },
        startedOn: at,
        finishedOn: at,
      };
    });
  }

  judge(lines: readonly string[], policy: Policy, targets: readonly string[] = ['system']): Judgement & { readonly admission: Admission } {
    const admission = admit(asLines(lines), policy, NOW);
    const roots = targets.map((target) => this.drvPathOf(target));
    return { ...judge(this.steps(), roots, admission.claims, policy), admission };
  }
}

export const NOW = Date.parse('2026-11-26T00:00:00Z');

export const MACHINE: HowBuilt = {
  builder: 'sandbox',
  builderVersion: '0.1.0',
  kernel: '6.1.0',
  cpuVendor: 'GenuineIntel',
  cpuModel: 'A processor',
  cores: 2,
  clock: 'tsc',
  fileSystem: 'ext4',
  virtual: false,
  operator: 'somebody',
  observed: 'while building',
};

export function asLines(lines: readonly string[]): ClaimLine[] {
  return lines.map((text, index) => ({ where: `claims:${index + 1}`, text }));
}

export function signed(claim: Claim, secret: SecretKey): string {
  return writeEnvelope(sealPayload(writeStatement(claim), secret));
}

export const KEYS = {
  alice: generateSecretKey('alice-1'),
  bob: generateSecretKey('bob-1'),
  mallory: generateSecretKey('mallory-1'),
} as const;
