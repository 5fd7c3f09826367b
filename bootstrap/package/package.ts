/**
 * The package layer: an ordinary package is its source, what it needs, how it differs from the usual, and its test. From these
 * comes an ordinary recipe, whose script `zilch show` prints as it runs: conventions are here, commands are there.
 */
import { concat, recipe, sh, text, type AnyRecipe, type Edit, type Interpolated, type Patch, type Recipe, type Source, type Text } from 'zilch';
import { prelude } from './prelude.ts';
import type { Style } from './style.ts';

/** What a package is built with, whichever chain made it. */
export interface Tools {
  /** A shell, `${busybox}/bin/ash`. */
  readonly shell: Interpolated;
  /** Compiler, make and the usual programs; their `bin` folders are in PATH. */
  readonly path: readonly AnyRecipe[];
}

/** What an author writes. */
export interface PackageSpec {
  readonly source: Source;
  /** The source's name, when left out. */
  readonly name?: string;
  readonly description: string;
  readonly style: Style;
  /** Libraries: their headers, archives, pkg-config files and programs are found, and those of what they need. */
  readonly inputs?: readonly Package[];
  /** Packages whose programs are run while it is built. */
  readonly tools?: readonly Package[];
  /** Changes to the source, each at the one place that says `old`. */
  readonly edits?: readonly Edit[];
  readonly patches?: readonly Patch[];
  readonly env?: Readonly<Record<string, Interpolated>>;
  /** More shell between unpacking and configuring. */
  readonly prepare?: Text;
  readonly test: PackageTest | { readonly untested: string };
  /** What the result may refer to; nothing, when left out. */
  readonly refersTo?: readonly Interpolated[];
}

export interface PackageTest {
  /** Fails by failing; PATH has the package, its inputs and the tools, and the compiler finds all of them. */
  readonly script: Text;
  readonly tools?: readonly Package[];
}

export type Package = Recipe & {
  readonly spec: PackageSpec;
  /** A changed copy: what is not given stays as it is. */
  readonly with: (changes: Partial<PackageSpec>) => Package;
};

/** Makes the recipe of a package. */
export function makePackage(spec: PackageSpec, tools: Tools): Package {
  const name = spec.name ?? spec.source.name;
  const inputs = withTheirs(spec.inputs ?? []);
  const { edits = [], patches = [], test } = spec;
  const made = recipe({
    name,
    version: spec.source.version,
    description: spec.description,
    shell: tools.shell,
    prelude,
    path: [...(spec.tools ?? []), ...inputs, ...tools.path],
    env: { ...whereInputsAre(inputs), ...spec.env },
    about: { source: spec.source, edits, patches, ...('untested' in test ? test : {}) },
    script: concat(
      sh`
phase unpack
unpack ${spec.source} source
shell_scripts source
cd source
`,
      ...edits.map(editText),
      ...patches.map(
        ({ file, why }) => sh`
# ${comment(why)}
patch -p1 <${file}
`,
      ),
      spec.prepare === undefined ? '' : concat('\n', spec.prepare),
      spec.style(spec),
    ),
    references: { allowed: spec.refersTo ?? [] },
    ...('untested' in test
      ? {}
      : {
          test: (self: AnyRecipe) => ({
            path: [self, ...(test.tools ?? []), ...inputs, ...tools.path],
            env: whereInputsAre([self, ...inputs]),
            script: concat(test.script, '\nmkdir "$out"\n'),
          }),
        }),
  });
  return Object.assign(made, { spec, with: (changes: Partial<PackageSpec>) => makePackage({ ...spec, ...changes }, tools) });
}

/** Static libraries need what their own code calls: the inputs, theirs, and so on, each once and before what it needs. */
function withTheirs(inputs: readonly Package[]): Package[] {
  const found = new Set<Package>();
  const visit = (one: Package): void => {
    if (found.has(one)) return;
    found.add(one);
    for (const input of one.spec.inputs ?? []) visit(input);
  };
  for (const input of inputs) visit(input);
  return [...found];
}

/** Variables that compilers and pkg-config read, and flags that keep store paths of headers out of what is compiled. */
function whereInputsAre(inputs: readonly AnyRecipe[]): Readonly<Record<string, Text>> {
  const joined = (suffix: string): Text => concat(...inputs.flatMap((input, index) => [index === 0 ? '' : ':', text`${input}${suffix}`]));
  const maps = concat(...inputs.map((input) => text` -ffile-prefix-map=${input}=/${input.name}`));
  const flags = { CFLAGS: concat('-O2', maps), CXXFLAGS: concat('-O2', maps) };
  return inputs.length === 0
    ? flags
    : { ...flags, CPATH: joined('/include'), LIBRARY_PATH: joined('/lib'), PKG_CONFIG_PATH: joined('/lib/pkgconfig') };
}

function editText({ file, why, old, new: replacement }: Edit): Text {
  return sh`
# ${comment(why)}
edit ${quoted(file)} ${quoted(old)} ${quoted(replacement)}
`;
}

/** A word of the shell. */
function quoted(words: string): string {
  return `'${words.replaceAll("'", "'\\''")}'`;
}

function comment(words: string): string {
  return words.replaceAll('\n', ' ');
}
