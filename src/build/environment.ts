/**
 * A builder's program, arguments, environment variables and files, the same as in Nix's sandbox. Pure.
 * Source: Nix's `local-derivation-goal.cc`, `initEnv` and `initTmpDir`.
 */
import { encodeBase32, outputPlaceholder, replacer, sha256, STORE_DIR, type Derivation, type StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';

/** The build directory inside the sandbox. */
export const BUILD_DIR = '/build';

/** A builder's invocation. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Files to write into the build directory, by name: the attributes in `passAsFile`. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The store paths that the builder may see, with their references; computed on demand, because few builds need them.
 */
export type InputGraph = () => ReadonlyMap<StorePath, readonly StorePath[]>;

/**
 * Computes the invocation of a resolved derivation whose outputs are built at `scratch`, by name. `cores` is a hint for the
 * builder, so it must not affect the outputs. Fails on features of newer or other kinds of derivations.
 */
export function invocation(
  drv: Derivation,
  scratch: ReadonlyMap<string, string>,
  cores: number,
  inputs: InputGraph,
  buildPath = BUILD_DIR,
): Result<Invocation> {
  if (drv.env.has('__json')) {
    return fail('E_UNSUPPORTED', `the derivation "${drv.name}" has structured attributes, which are not supported`, 'build it with Nix');
  }
  if (drv.builder.startsWith('builtin:')) {
    return fail('E_UNSUPPORTED', `the derivation "${drv.name}" uses ${drv.builder}, which is a part of Nix`, 'build it with Nix');
  }
  if ([drv.builder, ...drv.args, ...[...drv.env].flat()].some((text) => text.includes('\0'))) {
    return fail('E_DERIVATION', `the derivation "${drv.name}" has a NUL character in its builder, arguments or environment`);
  }
  const rewrite = replacer(new Map([...scratch].map(([name, path]) => [outputPlaceholder(name), path])));
  const asFile = new Set(words(drv.env.get('passAsFile') ?? ''));
  const files = new Map<string, string>();
  // In Nix's order: the derivation's variables override the first group, and the last group overrides them.
  const env = new Map([
    ['PATH', '/path-not-set'],
    ['HOME', '/homeless-shelter'],
    ['NIX_STORE', STORE_DIR],
    ['NIX_BUILD_CORES', String(cores)],
  ]);
  for (const [key, value] of drv.env) {
    if (!asFile.has(key)) {
      env.set(rewrite(key), rewrite(value));
      continue;
    }
    const file = `.attr-${encodeBase32(Buffer.from(sha256(key), 'hex'))}`;
    files.set(file, rewrite(value));
    env.set(`${key}Path`, `${buildPath}/${file}`);
  }
  const graphs = referenceGraphs(drv.env.get('exportReferencesGraph') ?? '', inputs);
  if (!graphs.ok) return graphs;
  for (const [name, text] of graphs.value) files.set(name, text);
  for (const key of ['NIX_BUILD_TOP', 'TMPDIR', 'TEMPDIR', 'TMP', 'TEMP', 'PWD']) env.set(key, buildPath);
  env.set('NIX_LOG_FD', '2').set('TERM', 'xterm-256color');
  return ok({ program: drv.builder, args: drv.args.map(rewrite), env, files });
}

/**
 * The files of the attribute `exportReferencesGraph`, pairs of a file name and a store path, in the format that `
 * nix-store
 * --register-validity` reads; used for images of whole closures. Source: Nix's `makeValidityRegistration`.
 */
function referenceGraphs(attribute: string, inputs: InputGraph): Result<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const pairs = words(attribute);
  for (let index = 0; index < pairs.length; index += 2) {
    const [name = '', path] = pairs.slice(index, index + 2);
    const graph = inputs();
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) return fail('E_DERIVATION', `exportReferencesGraph asks for a file named "${name}"`);
    const root = [...graph.keys()].find((input) => path === input || path?.startsWith(`${input}/`) === true);
    if (root === undefined) return fail('E_DERIVATION', `exportReferencesGraph asks for the graph of ${path ?? 'nothing'}, which is no input`);
    const found = new Set([root]);
    for (const reached of found) for (const reference of graph.get(reached) ?? []) found.add(reference);
    const records = [...found].sort().map((reached) => {
      const references = graph.get(reached) ?? [];
      return [reached, '', references.length, ...references].map((line) => `${line}\n`).join('');
    });
    files.set(name, records.join(''));
  }
  return ok(files);
}

function words(text: string): string[] {
  return text.split(/[ \t\n\r]+/).filter((word) => word !== '');
}
