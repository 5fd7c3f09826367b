/**
 * The recipe language: a recipe is a value that says what is built, from what, and how. Recipes become derivations in
 * `instantiate.ts`; nothing here touches the disk.
 */
import { checkName } from '../formats/index.js';
import type { About } from './about.js';
import type { Ingredient, Interpolated, OutputRef, Text } from './ingredient.js';
import { callerLocation, RecipeError, type Location } from './recipe-error.js';
import { concat, partsOf } from './text.js';

/** What an author writes. `O` is the list of output names. */
export type RecipeSpec<O extends readonly string[] = readonly ['out']> = RecipeCommon<O> & (ScriptBuild | PlainBuild);

interface RecipeCommon<O extends readonly string[]> {
  /** The package's name; the derivation is called `<name>-<version>`. */
  readonly name: string;
  readonly version?: string;
  /** One line for lists and reports. */
  readonly description?: string;
  /** Output names; `['out']` when left out. The first is meant where the recipe itself is interpolated. */
  readonly outputs?: O;
  /** Packages whose `bin` directories make up PATH, in order. */
  readonly path?: readonly Interpolated[];
  readonly env?: Readonly<Record<string, Interpolated>>;
  readonly references?: ReferenceRules;
  readonly about?: About;
  /** Made from the finished recipe; becomes a derivation of its own, built after this one. */
  readonly test?: (self: Recipe<O>) => TestSpec;
}

/** Built by a shell that runs a script in an empty directory, stopping at the first error or unset variable. */
interface ScriptBuild {
  /** The shell's path, `${protobusybox}/bin/ash`. */
  readonly shell: Interpolated;
  /** Shell functions to put before the script. */
  readonly prelude?: Text;
  readonly script: Text;
  readonly builder?: never;
  readonly args?: never;
}

/** Built by any program with arguments. An output's path is `selfPath(name)`. */
interface PlainBuild {
  readonly builder: Interpolated;
  readonly args: readonly Interpolated[];
  readonly shell?: never;
  readonly prelude?: never;
  readonly script?: never;
}

/**
 * What the outputs may refer to; the same rules as Nix's attributes of these names, so real Nix holds them too. No output may name
 * itself: see docs/decisions/0017-no-output-names-itself.md.
 */
export interface ReferenceRules {
  /** Why an output must name itself; with a reason, it may. */
  readonly self?: string;
  /** The only paths an output may refer to; strings name the recipe's own outputs. */
  readonly allowed?: readonly Interpolated[];
  /** Paths no output may refer to. */
  readonly disallowed?: readonly Interpolated[];
  /** The only paths an output's whole closure may hold: what is needed at run time. */
  readonly allowedClosure?: readonly Interpolated[];
  /** Paths no output's closure may hold. */
  readonly disallowedClosure?: readonly Interpolated[];
}

export interface TestSpec {
  readonly path?: readonly Interpolated[];
  readonly env?: Readonly<Record<string, Interpolated>>;
  /** Fails the test by failing; must make `$out`. */
  readonly script: Text;
  readonly shell?: Interpolated;
  readonly prelude?: Text;
}

/** A recipe, with one property for each output: `stage1.protobusybox`. */
export type Recipe<O extends readonly string[] = readonly ['out']> = RecipeValue & { readonly [K in O[number]]: OutputRef };

/** Any recipe, whatever its outputs. */
export type AnyRecipe = RecipeValue;

/** What all recipes have. */
export interface RecipeValue {
  readonly kind: 'recipe';
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** `<name>-<version>`. */
  readonly drvName: string;
  readonly outputNames: readonly string[];
  readonly builder: Text;
  readonly args: readonly Text[];
  readonly env: ReadonlyMap<string, Text>;
  /** The script as written, for people to read; `undefined` for a plain builder. */
  readonly script: Text | undefined;
  readonly location: Location | undefined;
  readonly about: About;
  /** The test as a recipe of its own. */
  readonly test: AnyRecipe | undefined;
  /** The first. */
  readonly defaultOutput: OutputRef;
}

const RESERVED_OUTPUTS = new Set([
  'kind',
  'name',
  'version',
  'description',
  'drvName',
  'outputNames',
  'builder',
  'args',
  'env',
  'script',
  'location',
  'about',
  'test',
  'defaultOutput',
  'drv',
]);

/** Makes a recipe. Throws a `RecipeError` that points at the caller's line when it cannot be one. */
export function recipe<const O extends readonly [string, ...string[]] = readonly ['out']>(spec: RecipeSpec<O>): Recipe<O> {
  const outputNames: readonly string[] = spec.outputs ?? ['out'];
  const drvName = spec.version === undefined ? spec.name : `${spec.name}-${spec.version}`;
  check(drvName, outputNames);
  const value: Omit<RecipeValue, 'test' | 'defaultOutput'> & { test: AnyRecipe | undefined } = {
    kind: 'recipe',
    name: spec.name,
    version: spec.version,
    description: spec.description,
    drvName,
    outputNames,
    ...command(spec),
    env: environment(spec, outputNames),
    script: spec.script,
    location: callerLocation(),
    about: spec.about ?? {},
    test: undefined,
  };
  const outputs = outputNames.map((outputName): OutputRef => ({ kind: 'output', recipe: value as AnyRecipe, outputName }));
  const made = Object.assign(
    value,
    { defaultOutput: outputs[0] },
    Object.fromEntries(outputs.map((output) => [output.outputName, output])),
  ) as unknown as Recipe<O>;
  if (spec.test !== undefined) value.test = testRecipe(spec, spec.test(made));
  return made;
}

/** `recipe` with some fields already given: what the recipes of a stage have in common. Fields given again win. */
export function recipeWith(defaults: {
  readonly shell?: Interpolated;
  readonly prelude?: Text;
  readonly path?: readonly Interpolated[];
  readonly env?: Readonly<Record<string, Interpolated>>;
  readonly references?: ReferenceRules;
}) {
  return <const O extends readonly [string, ...string[]] = readonly ['out']>(
    spec: RecipeCommon<O> & Omit<ScriptBuild, 'shell'> & { readonly shell?: Interpolated },
  ): Recipe<O> => {
    const shell = spec.shell ?? defaults.shell;
    if (shell === undefined) throw new RecipeError(`recipe ${spec.name} has no shell`);
    return recipe<O>({ ...defaults, ...spec, env: { ...defaults.env, ...spec.env }, shell });
  };
}

function check(drvName: string, outputNames: readonly string[]): void {
  const named = checkName(drvName);
  if (!named.ok) throw new RecipeError(named.failure.message);
  for (const outputName of outputNames) {
    if (RESERVED_OUTPUTS.has(outputName)) throw new RecipeError(`recipe ${drvName}: an output cannot be called "${outputName}"`);
    const output = checkName(outputName);
    if (!output.ok) throw new RecipeError(`recipe ${drvName}: ${output.failure.message}`);
  }
  if (new Set(outputNames).size !== outputNames.length) throw new RecipeError(`recipe ${drvName} names an output twice`);
}

function command(spec: ScriptBuild | PlainBuild): { readonly builder: Text; readonly args: readonly Text[] } {
  if (spec.script === undefined) return { builder: concat(spec.builder), args: spec.args.map((arg) => concat(arg)) };
  const script = concat(spec.prelude ?? '', spec.prelude === undefined ? '' : '\n', spec.script);
  return { builder: concat(spec.shell), args: [concat('-euc'), script] };
}

function environment(
  spec: Pick<RecipeCommon<readonly string[]>, 'name' | 'env' | 'path' | 'references'>,
  outputNames: readonly string[],
): ReadonlyMap<string, Text> {
  const env = new Map(Object.entries(spec.env ?? {}).map(([key, value]) => [key, concat(value)]));
  if (spec.path !== undefined) {
    const directories = spec.path.map((entry) => concat(entry, '/bin'));
    env.set('PATH', concat(...directories.flatMap((directory, index) => (index === 0 ? [directory] : [':', directory]))));
  }
  const rules = spec.references ?? {};
  const only = outputNames.length === 1 ? outputNames[0] : undefined;
  if (rules.self === undefined && only !== undefined && rules.allowed?.includes(only) === true) {
    throw new RecipeError(`recipe ${spec.name} allows its output to name itself`, 'say why, in `references: { self: … }`');
  }
  // Nix's word for it holds for all outputs alike, so where there are several it would also keep one from naming another.
  const noSelf = rules.self === undefined ? outputNames : [];
  const attributes = {
    allowedReferences: rules.allowed,
    disallowedReferences: only === undefined ? rules.disallowed : combined(rules.disallowed, noSelf),
    allowedRequisites: rules.allowedClosure,
    disallowedRequisites: rules.disallowedClosure,
    noSelfReferences: only === undefined ? combined(undefined, noSelf) : undefined,
  };
  for (const [attribute, items] of Object.entries(attributes)) {
    if (items !== undefined) env.set(attribute, concat(items));
  }
  return env;
}

/** Both lists in one; none, where both are empty and none was written. */
function combined(written: readonly Interpolated[] | undefined, added: readonly string[]): readonly Interpolated[] | undefined {
  return written === undefined && added.length === 0 ? undefined : [...(written ?? []), ...added];
}

function testRecipe<O extends readonly string[]>(spec: RecipeSpec<O>, test: TestSpec): AnyRecipe {
  const shell = test.shell ?? spec.shell;
  if (shell === undefined) throw new RecipeError(`the test of ${spec.name} has no shell`, 'give the test a `shell`');
  const prelude = test.prelude ?? spec.prelude;
  return recipe({
    name: `${spec.name}-test`,
    ...(spec.version === undefined ? {} : { version: spec.version }),
    description: `test of ${spec.name}`,
    shell,
    script: test.script,
    ...(prelude === undefined ? {} : { prelude }),
    ...(test.path === undefined ? {} : { path: test.path }),
    ...(test.env === undefined ? {} : { env: test.env }),
  });
}

/** The outputs of other recipes that a recipe needs, the default ones of its seeds among them; possibly more than once. */
export function neededOutputs(value: AnyRecipe): readonly OutputRef[] {
  return ingredientsOf(value)
    .map((ingredient) => (ingredient.kind === 'seed' ? ingredient.default : ingredient))
    .filter((ingredient) => ingredient?.kind === 'output');
}

/** All ingredients a recipe names, in no particular order and possibly more than once. */
export function ingredientsOf(value: AnyRecipe): readonly Ingredient[] {
  return [value.builder, ...value.args, ...value.env.values()].flatMap(partsOf).filter((part) => typeof part !== 'string');
}
