/**
 * The recipe language: a recipe is a value that says what is built, from what, and how. Recipes become derivations in
 * `instantiate.ts`; nothing here touches the disk.
 */
import { checkName } from '../formats/index.js';
import type { About } from './about.js';
import type { Ingredient, Interpolated, Local, OutputRef, Source, Text } from './ingredient.js';
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
  /** Where it is written; where `recipe` is called, when left out. For layers over this language. */
  readonly location?: Location | undefined;
  /** Output names; `['out']` when left out. Interpolating the recipe itself means the first one. */
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
 * What the outputs may refer to. The rules are Nix's attributes of these names, so real Nix enforces them, too. No
 * output may name itself: see docs/decisions/0017-no-output-names-itself.md.
 */
export interface ReferenceRules {
  /** The reason why an output must name itself. It may do so only with a reason. */
  readonly self?: string;
  /** The only paths an output may refer to; strings name the recipe's own outputs. */
  readonly allowed?: readonly Interpolated[];
  /** Paths no output may refer to. */
  readonly disallowed?: readonly Interpolated[];
  /** The only paths that an output's whole closure may contain. */
  readonly allowedClosure?: readonly Interpolated[];
  /** Paths that no output's closure may contain. */
  readonly disallowedClosure?: readonly Interpolated[];
}

export interface TestSpec {
  readonly path?: readonly Interpolated[];
  readonly env?: Readonly<Record<string, Interpolated>>;
  /** The test fails if the script fails; it must make `$out`. */
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
]);

/** Makes a recipe. Throws a `RecipeError` that points at the caller's line if the specification is wrong. */
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
    ...command(spec.name, spec),
    env: environment(spec, outputNames),
    script: spec.script,
    location: spec.location ?? callerLocation(),
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

/** `recipe` with some fields already given: what the recipes of a stage have in common. Later fields override these. */
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
    if (shell === undefined) throw new RecipeError(`recipe ${spec.name} has a script and no shell`, 'give `shell` to it or to recipeWith');
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

function command(name: string, spec: ScriptBuild | PlainBuild): { readonly builder: Text; readonly args: readonly Text[] } {
  checkCommand(name, spec);
  if (spec.script === undefined) return { builder: concat(spec.builder), args: spec.args.map((arg) => concat(arg)) };
  const script = concat(spec.prelude ?? '', spec.prelude === undefined ? '' : '\n', spec.script);
  return { builder: concat(spec.shell), args: [concat('-euc'), script] };
}

/** As a spec may be that no type checker has seen. */
type Untyped<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Chains run whether or not a type checker has seen them. */
function checkCommand(name: string, { script, shell, builder, args }: Untyped<ScriptBuild | PlainBuild>): void {
  if (script !== undefined && shell === undefined)
    throw new RecipeError(`recipe ${name} has a script and no shell`, 'say what runs it: shell: text`${protobusybox}/bin/ash`');
  if (script !== undefined) return;
  if (builder === undefined)
    throw new RecipeError(`recipe ${name} has neither a script nor a builder`, 'give it `shell` and `script`, or `builder` and `args`');
  if (args === undefined) throw new RecipeError(`recipe ${name} has a builder and no args`, 'give it `args: []` where there are none');
}

function environment(
  spec: Pick<RecipeCommon<readonly string[]>, 'name' | 'env' | 'path' | 'references'>,
  outputNames: readonly string[],
): ReadonlyMap<string, Text> {
  const env = new Map(
    Object.entries(spec.env ?? {}).map(([key, value]) => [key, concat(given(value, `environment variable ${key} of recipe ${spec.name}`))]),
  );
  if (spec.path !== undefined) {
    const directories = spec.path.map((entry, index) => concat(given(entry, `entry ${index + 1} of the path of recipe ${spec.name}`), '/bin'));
    env.set('PATH', concat(...directories.flatMap((directory, index) => (index === 0 ? [directory] : [':', directory]))));
  }
  const rules = spec.references ?? {};
  const only = outputNames.length === 1 ? outputNames[0] : undefined;
  if (rules.self === undefined && only !== undefined && rules.allowed?.includes(only) === true) {
    throw new RecipeError(`recipe ${spec.name} allows its output to name itself`, 'say why, in `references: { self: … }`');
  }
  // Nix's attribute applies to all outputs, so with several of them it would also keep one from naming another.
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

function given(value: Interpolated | undefined, what: string): Interpolated {
  if (value === undefined) throw new RecipeError(`${what} is undefined`, undefined, '');
  return value;
}

/** Both lists in one; none if both are empty and none was written. */
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

/** The outputs of other recipes that a recipe needs, including the defaults of its seeds; possibly more than once. */
export function neededOutputs(value: AnyRecipe): readonly OutputRef[] {
  return ingredientsOf(value)
    .map((ingredient) => (ingredient.kind === 'seed' ? ingredient.default : ingredient))
    .filter((ingredient) => ingredient?.kind === 'output');
}

/** The sources and local files that recipes and all they need take from outside of the chain, each once; without --seed. */
export function fromOutside(recipes: readonly AnyRecipe[]): readonly (Source | Local)[] {
  const needed = new Set(recipes);
  const found = new Map<string, Source | Local>();
  // A set grows while it is walked.
  for (const recipe of needed) {
    for (const ingredient of ingredientsOf(recipe)) {
      if (ingredient.kind === 'source') found.set(ingredient.sha256, ingredient);
      if (ingredient.kind === 'local') found.set([ingredient.url, ingredient.name, ...(ingredient.only ?? [])].join('\n'), ingredient);
    }
    for (const { recipe: next } of neededOutputs(recipe)) needed.add(next);
  }
  return [...found.values()];
}

/** All ingredients a recipe names, in no particular order and possibly more than once. */
export function ingredientsOf(value: AnyRecipe): readonly Ingredient[] {
  return [value.builder, ...value.args, ...value.env.values()].flatMap(partsOf).filter((part) => typeof part !== 'string');
}
