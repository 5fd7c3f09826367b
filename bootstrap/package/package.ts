/**
 * The package layer: an ordinary package is its source, what it needs, how it differs from the usual, and its test. From these
 * comes an ordinary recipe, whose script `zilch show` prints as it runs: conventions are here, commands are there.
 */
import {
  concat,
  recipe,
  RecipeError,
  sh,
  text,
  type AnyRecipe,
  type Edit,
  type Interpolated,
  type Local,
  type Patch,
  type Recipe,
  type Source,
  type Text,
} from 'zilch';
import { packagePrelude } from './prelude.ts';
import type { Style } from './style.ts';

/** What a package is built with, whichever chain made it. */
export interface Tools {
  /** A shell, `${busybox}/bin/ash`. */
  readonly shell: Interpolated;
  /** `cc`, `c++`, `ar`, make and the usual programs: their `bin` folders are in PATH. */
  readonly path: readonly AnyRecipe[];
}

/** What an author writes. */
export interface PackageSpec {
  /** A tarball, or a folder beside the package. */
  readonly source: Source | Local;
  /** The source's name, when left out. */
  readonly name?: string;
  readonly description: string;
  readonly style: Style;
  /** Which files and folders of the tarball are unpacked; all, when left out. Not patterns: busybox' tar misses what matches them. */
  readonly only?: readonly string[];
  /** Libraries: their headers, archives, pkg-config files and programs are found, and those of what they need. */
  readonly inputs?: readonly Package[];
  /** Packages whose programs are run while it is built. */
  readonly tools?: readonly Package[];
  /** Packages whose programs its own programs run: they come along wherever it is a tool. */
  readonly runs?: readonly Package[];
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
  /** Fails by failing; PATH has the package, its inputs and the tools, and `$CC` finds all of them. */
  readonly script: Text;
  readonly inputs?: readonly Package[];
  readonly tools?: readonly Package[];
}

export type Package = Recipe & {
  readonly spec: PackageSpec;
  /** A changed copy: what is not given stays as it is. */
  readonly with: (changes: Partial<PackageSpec>) => Package;
};

/** Makes the recipe of a package. */
export function makePackage(spec: PackageSpec, tools: Tools): Package {
  const { source, edits = [], patches = [], test } = spec;
  const name = spec.name ?? (source.kind === 'source' ? source.name : undefined);
  if (name === undefined) throw new RecipeError('a package whose source is a folder has no name', 'give it a `name`');
  const inputs = closure(spec.inputs ?? [], 'inputs');
  const made = recipe({
    name,
    ...(source.kind === 'source' ? { version: source.version } : {}),
    description: spec.description,
    shell: tools.shell,
    prelude: packagePrelude,
    path: [...closure(spec.tools ?? [], 'runs'), ...inputs, ...tools.path],
    env: { ...environment(inputs), ...spec.env },
    location: spec.style.location,
    about: { ...(source.kind === 'source' ? { source } : {}), edits, patches, ...('untested' in test ? test : {}) },
    script: concat(
      sh`
phase unpack
take ${source} source${(spec.only ?? []).map((pattern) => ` ${quoted(pattern)}`).join('')}
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
      sh`

strip_programs "$out"
`,
    ),
    references: { allowed: spec.refersTo ?? [] },
    ...('untested' in test ? {} : { test: (self: AnyRecipe) => testOf(self, spec, test, tools) }),
  });
  return Object.assign(made, { spec, with: (changes: Partial<PackageSpec>) => makePackage({ ...spec, ...changes }, tools) });
}

function testOf(self: AnyRecipe, spec: PackageSpec, test: PackageTest, tools: Tools) {
  const inputs = closure([...(spec.inputs ?? []), ...(test.inputs ?? [])], 'inputs');
  const programs = closure([...(spec.runs ?? []), ...(test.tools ?? [])], 'runs');
  return {
    path: [self, ...programs, ...inputs, ...tools.path],
    env: environment([self, ...inputs]),
    script: concat(
      test.script,
      sh`

phase 'no trace of how it was built'
no_trace ${self}
mkdir "$out"
`,
    ),
  };
}

/** Packages, what they name as their `inputs` or as what they `runs`, and so on: each once, and before what it needs. */
function closure(packages: readonly Package[], edges: 'inputs' | 'runs'): Package[] {
  const finished: Package[] = [];
  const seen = new Set<Package>();
  const visit = (one: Package): void => {
    if (seen.has(one)) return;
    seen.add(one);
    // Backwards twice, so that what was named first stands first.
    for (const next of [...(one.spec[edges] ?? [])].reverse()) visit(next);
    finished.push(one);
  };
  for (const one of [...packages].reverse()) visit(one);
  return finished.reverse();
}

/**
 * Variables that configure scripts, compilers and pkg-config read. All that packages make is static: a program needs nothing when it runs.
 * The flags keep store paths of headers, and the folder of the build, out of what is compiled.
 */
function environment(inputs: readonly AnyRecipe[]): Readonly<Record<string, Text>> {
  const joined = (suffix: string): Text => concat(...inputs.flatMap((input, index) => [index === 0 ? '' : ':', text`${input}${suffix}`]));
  const flags = concat('-O2 -ffile-prefix-map=/build/=', ...inputs.map((input) => text` -ffile-prefix-map=${input}=/${input.name}`));
  // With two dashes, since libtool keeps a `-static` to itself, and programs would not be static.
  const common = { CC: concat('cc --static'), CXX: concat('c++ --static'), CFLAGS: flags, CXXFLAGS: flags };
  return inputs.length === 0
    ? common
    : { ...common, CPATH: joined('/include'), LIBRARY_PATH: joined('/lib'), PKG_CONFIG_PATH: joined('/lib/pkgconfig') };
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
