/**
 * A chain that builds quickly, with everything that makes copying stores hard: several outputs, self-references, chains
 * of realisations.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGraph, identitiesOf, type Executor, type Identities } from '../../src/build/index.js';
import { sha256, type Derivation, type DrvPath, type PathInfo, type Realisation, type StorePath } from '../../src/formats/index.js';
import { chain, Instantiator, recipe, seed, selfPath, text, type AnyRecipe, type Chain, type Interpolated } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';

/** The static program that serves as every recipe's builder. */
export function makerProgram(): string {
  const source = fileURLToPath(new URL('maker.c', import.meta.url));
  const program = join(tmpdir(), `zilch-maker-${sha256(execFileSync('cat', [source])).slice(0, 16)}`);
  if (!existsSync(program)) execFileSync('cc', ['-static', '-O1', '-o', program, source]);
  return program;
}

const maker = seed('maker');

/** A recipe whose arguments are what the maker does. */
export function made(name: string, outputs: readonly [string, ...string[]], ...args: readonly Interpolated[]): AnyRecipe {
  return recipe({ name, outputs, builder: maker, args });
}

/** As `made`, for outputs that name themselves. */
export function madeNamingItself(name: string, outputs: readonly [string, ...string[]], ...args: readonly Interpolated[]): AnyRecipe {
  return recipe({ name, outputs, builder: maker, args, references: { self: 'tests need outputs that name themselves' } });
}

export function outputOf(of: AnyRecipe, outputName: string): Interpolated {
  return { kind: 'output', recipe: of, outputName };
}

const library = madeNamingItself(
  'library',
  ['out', 'dev'],
  'make',
  selfPath('out'),
  'write',
  text`${selfPath('out')}/me`,
  text`I am ${selfPath('out')}`,
  'program',
  text`${selfPath('out')}/run`,
  'x',
  'write',
  selfPath('dev'),
  text`headers of ${selfPath('out')}`,
);
const tool = made(
  'tool',
  ['out'],
  'say',
  'working',
  'make',
  selfPath('out'),
  'write',
  text`${selfPath('out')}/needs`,
  text`${library}`,
  'link',
  text`${library}/me`,
  text`${selfPath('out')}/link`,
);
const system = made('system', ['out'], 'write', selfPath('out'), text`${tool} and ${outputOf(library, 'dev')}`);

export const smallChain: Chain = chain('system', { one: { library }, two: { tool, system } });

const headers = made(
  'headers',
  ['out', 'dev'],
  'make',
  selfPath('out'),
  'program',
  text`${selfPath('out')}/run`,
  'x',
  'write',
  selfPath('dev'),
  'headers',
);
const user = made(
  'user',
  ['out'],
  'say',
  'working',
  'make',
  selfPath('out'),
  'write',
  text`${selfPath('out')}/needs`,
  text`${headers} and ${outputOf(headers, 'dev')}`,
  'link',
  text`${headers}/run`,
  text`${selfPath('out')}/link`,
);
const whole = made('whole', ['out'], 'write', selfPath('out'), text`${user}`);

/** Like `smallChain`, but no output names itself, so every version of Nix gives the same paths. */
export const plainChain: Chain = chain('whole', { one: { headers }, two: { user, whole } });

export interface Prepared {
  readonly chain: Chain;
  readonly derivations: ReadonlyMap<DrvPath, Derivation>;
  readonly drvPathOf: (target: string) => DrvPath;
  readonly identities: Identities;
  /** The maker's store path. */
  readonly maker: StorePath;
}

/** Turns a chain of `made` recipes into derivations, its builder added to the store. */
export async function prepare(store: Store, made: Chain = smallChain): Promise<Prepared> {
  const maker = unwrap(await store.addTree('maker', makerProgram()));
  const instantiator = new Instantiator({ local: () => maker, seed: () => maker });
  const derivations = new Map<DrvPath, Derivation>();
  for (const { recipe } of made.targets) {
    const { drvPath, drv } = instantiator.instantiate(recipe);
    derivations.set(drvPath, drv);
  }
  const drvPathOf = (target: string): DrvPath => instantiator.instantiate(made.targets.find(({ name }) => name === target)!.recipe).drvPath;
  return { chain: made, derivations, drvPathOf, identities: identitiesOf(derivations), maker };
}

/** Builds every target; gives the paths by `target^output`. */
export async function buildAll(store: Store, prepared: Prepared, executor?: Executor): Promise<ReadonlyMap<string, PathInfo>> {
  const wanted = [...prepared.derivations].map(([drvPath, drv]) => ({ drvPath, outputs: [...drv.outputs.keys()] }));
  const report = unwrap(await buildGraph({ store, closure: prepared.derivations, wanted, ...(executor === undefined ? {} : { executor }) }));
  for (const failure of report.failures.values()) throw new Error(`${failure.code}: ${failure.message}`);
  const paths = new Map<string, PathInfo>();
  for (const { name } of prepared.chain.targets)
    for (const [outputName, info] of report.outputs.get(prepared.drvPathOf(name)) ?? []) paths.set(`${name}^${outputName}`, info);
  return paths;
}

/** The realisations of every output of every target. */
export function realisationsOf(store: Store, { derivations, identities }: Prepared): Realisation[] {
  return [...derivations].flatMap(([drvPath, drv]) =>
    [...drv.outputs.keys()].flatMap((name) => store.realisation(identities.idOf(drvPath, name)) ?? []),
  );
}
