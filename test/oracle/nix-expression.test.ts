import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadChain, OWN_CHAIN } from '../../src/chain/index.js';
import { makeContentPath, sha256, sha256Hash } from '../../src/formats/index.js';
import {
  chain,
  Instantiator,
  local,
  recipe,
  seed,
  selfPath,
  sh,
  source,
  sourcePath,
  text,
  type AnyRecipe,
  type Flake,
  type Interpolated,
  type Local,
  type Seed,
} from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { nixExpression, type ExternalContent } from '../../src/nix-expression/index.js';
import { whyNoNix } from '../support/nix.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: exported expressions are not evaluated by Nix: ${missing}`);

/** The NAR of a regular file that holds `hello`, by nix-store. */
const HELLO = { method: 'recursive', hash: { algorithm: 'sha256', hex: '' } };
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'zilch-nix-expression-'));
  writeFileSync(join(directory, 'hello'), 'hello');
  HELLO.hash.hex = execFileSync('nix-hash', ['--type', 'sha256', join(directory, 'hello')], { encoding: 'utf8' }).trim();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Every local and seed is a file that holds `hello`, under its own name. */
function external({ name }: { readonly name: string }): ExternalContent {
  const contentAddress = { method: 'recursive', hash: { algorithm: 'sha256', hex: HELLO.hash.hex } } as const;
  return { path: makeContentPath(name, 'recursive', contentAddress.hash), contentAddress };
}

const externals = { local: external, seed: external, flake: external };

/** The derivations of every attribute of an expression, evaluated by Nix on a store of its own below `home`. */
function drvPaths(file: string, home: string): Map<string, string> {
  const env = { ...process.env, NIX_CONFIG: 'experimental-features = nix-command ca-derivations', NIX_REMOTE: `local?root=${home}/root` };
  const show = 'e: builtins.mapAttrs (_: drv: builtins.unsafeDiscardStringContext drv.drvPath) (e {})';
  const json = execFileSync('nix-instantiate', ['--eval', '--strict', '--json', '--expr', `(${show}) (import ${file})`], {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>));
}

/** What nix-instantiate says of each target; what it needs is written beside the expression. */
function instantiate(targets: Readonly<Record<string, AnyRecipe>>): Map<string, string> {
  const names = Object.keys(targets);
  const made = chain(names[0] ?? '', { stage: targets });
  const expression = unwrap(nixExpression(made, made.targets, externals));
  const home = mkdtempSync(join(directory, 'export-'));
  mkdirSync(join(home, 'nix/files'), { recursive: true });
  mkdirSync(join(home, 'sources'));
  writeFileSync(join(home, 'nix/default.nix'), expression.text);
  for (const name of expression.files.keys()) writeFileSync(join(home, 'nix/files', name), 'hello');
  for (const { file } of expression.sources) writeFileSync(join(home, 'sources', file), file);
  return drvPaths(join(home, 'nix/default.nix'), home);
}

function expected(targets: Readonly<Record<string, AnyRecipe>>): Map<string, string> {
  const instantiator = new Instantiator({ local: (it) => external(it).path, seed: (it) => external(it).path, flake: (it) => external(it).path });
  return new Map(Object.entries(targets).map(([name, recipe]) => [name, instantiator.instantiate(recipe).drvPath]));
}

function tarball(name: string, version: string): ReturnType<typeof source> {
  const file = `${name}-${version}.tar.gz`;
  return source({ name, version, file, size: file.length, sha256: sha256(file), debian: `pool/main/${file}` });
}

describe.skipIf(missing !== undefined)('a chain as Nix expressions', () => {
  const tinycc = recipe({
    name: 'tinycc',
    description: 'C compiler',
    outputs: ['tcc', 'musl'],
    builder: text`${seed('tcc')}/bin/tcc`,
    args: ['-run', local(import.meta.url, './stage1.c'), selfPath('tcc')],
  });
  const make = recipe({
    name: 'gnumake',
    version: '4.4.1',
    shell: text`${tinycc.musl}/bin/ash`,
    path: [tinycc],
    script: sh`
      tar -xf ${tarball('gnumake', '4.4.1')}
      ./configure --prefix="\${out}"
    `,
  });

  it('reads like what a person would write', () => {
    const made = chain('gnumake', { one: { tinycc }, two: { gnumake: make } });
    const { text: written } = unwrap(nixExpression(made, made.targets, externals));
    expect(written).toContain(`
  # C compiler
  tinycc = recipe {
    name = "tinycc";
    outputs = [ "tcc" "musl" ];
    builder = "\${files.tcc}/bin/tcc";
    args = [
      "-run"
      "\${files.stage1_c}"
      "\${placeholder "tcc"}"
    ];
    noSelfReferences = "tcc musl";
  };
`);
    expect(written).toContain(`
  gnumake = recipe {
    name = "gnumake-4.4.1";
    builder = "\${tinycc.musl}/bin/ash";
    args = [
      "-euc"
      ''
        tar -xf \${tarballs.gnumake}
        ./configure --prefix="''\${out}"
      ''
    ];
    PATH = "\${tinycc}/bin";
    disallowedReferences = "out";
  };
`);
  });

  it('gives the derivations that the recipes are', () => {
    const targets = { tinycc, gnumake: make };
    expect(instantiate(targets)).toEqual(expected(targets));
  });

  it('keeps names apart that are the same, or are none to Nix', () => {
    const one = recipe({
      name: 'let',
      shell: '/sh',
      script: sh`${tarball('gcc', '3')} ${tarball('gcc', '10')} ${local(import.meta.url, './a.b')} ${local(import.meta.url, './a_b')}`,
    });
    const two = recipe({ name: 'let', shell: '/sh', script: sh`two` });
    const users = recipe({
      name: 'users',
      shell: '/sh',
      script: sh`${one} ${two}`,
      env: { 'a-b': '1', 'a b': '2', let: '3', '${x}': '4', name: 'not this', out: 'nor this' },
    });
    const targets = { if: users, 'a.b': recipe({ name: 'a', shell: '/sh', script: sh`${users}` }), tree: two };
    expect(instantiate(targets)).toEqual(expected(targets));
  });

  it('refuses variables that Nix would take for something else', () => {
    for (const name of ['args', 'outputs', '__structuredAttrs', 'outputHash']) {
      const made = chain('a', { one: { a: recipe({ name: 'a', shell: '/sh', script: sh`true`, env: { [name]: 'x' } }) } });
      expect(nixExpression(made, made.targets, externals)).toMatchObject({ ok: false, failure: { code: 'E_EXPORT' } });
    }
  });

  it('gives the same derivations for the chain that comes with Zilch', async () => {
    const { chain: own } = unwrap(await loadChain(OWN_CHAIN));
    const contents = new Map<string, ExternalContent>();
    const contentOf = (name: string, about: string, method: 'flat' | 'recursive'): ExternalContent => {
      const contentAddress = { method, hash: sha256Hash(sha256(about)) };
      const content = { path: makeContentPath(name, method, contentAddress.hash), contentAddress };
      contents.set(name + contentAddress.hash.hex, content);
      return content;
    };
    const local = (it: Local): ExternalContent => contentOf(it.name, it.url + String(it.only), 'recursive');
    const seed = (it: Seed): ExternalContent => contentOf(it.name, it.name, 'recursive');
    const flake = (it: Flake): ExternalContent => contentOf(it.name, it.name, 'recursive');
    const expression = unwrap(nixExpression(own, own.targets, { local, seed, flake }));
    for (const it of expression.sources)
      contents.set(it.file + it.sha256, { path: sourcePath(it), contentAddress: { method: 'flat', hash: sha256Hash(it.sha256) } });
    // In place of files that take long to fetch, their store paths: Nix sees no difference until it builds.
    const fixed = [...contents].map(([key, { path }]) => `"${key}" = builtins.appendContext "${path}" { "${path}" = { path = true; }; };`);
    const text = expression.text
      .replace(/^let$/m, `let\n  fixed = {\n${fixed.join('\n')}\n  };`)
      .replace(/^  (file|tree) = .*$/gm, '  $1 = name: path: sha256: fixed.${name + sha256};');
    const home = mkdtempSync(join(directory, 'own-'));
    writeFileSync(join(home, 'default.nix'), text);
    const instantiator = new Instantiator({ local: (it) => local(it).path, seed: (it) => seed(it).path, flake: (it) => flake(it).path });
    const expected = new Map(own.targets.map(({ name, recipe }) => [name, instantiator.instantiate(recipe).drvPath as string]));
    expect(expected.size).toBeGreaterThan(5);
    expect(drvPaths(join(home, 'default.nix'), home)).toEqual(expected);
  });

  it('gives the same derivations for random chains', () => {
    const word = fc
      .array(fc.constantFrom('$', '${', "'", "''", '\\', '"', '\n', ' ', '\t', '\r', 'a', '\n  ', 'é'), { maxLength: 10 })
      .map((parts) => parts.join(''));
    const name = fc.constantFrom('a', 'b', 'gcc', 'tree', 'or', '1x', 'a.b', 'c++');
    const outputs = fc.constantFrom<readonly [string, ...string[]]>(['out'], ['x'], ['out', 'lib'], ['lib', 'out', '2nd']);
    const spec = fc.record({
      name,
      outputs,
      words: fc.array(fc.tuple(word, fc.nat(), fc.nat(4)), { maxLength: 6 }),
      env: fc.dictionary(
        word.filter((key) => key !== ''),
        word,
        { maxKeys: 3 },
      ),
    });
    const chains = fc.sample(fc.array(spec, { minLength: 1, maxLength: 8 }), 40);
    const targets: Record<string, AnyRecipe> = {};
    chains.forEach((specs, index) => {
      const recipes: AnyRecipe[] = [];
      for (const { name, outputs, words, env } of specs) {
        const pick = (choice: number, kind: number): Interpolated => {
          const earlier = recipes[choice % Math.max(recipes.length, 1)];
          if (kind === 0) return tarball('src', String(choice % 7));
          if (kind === 1) return local(import.meta.url, `./tree${choice % 5}`);
          if (kind === 2 || earlier === undefined) return selfPath(outputs[choice % outputs.length] ?? 'out');
          return kind === 3
            ? earlier
            : { kind: 'output', recipe: earlier, outputName: earlier.outputNames[choice % earlier.outputNames.length] ?? 'out' };
        };
        const parts = words.flatMap(([literal, choice, kind]) => [literal, pick(choice, kind)]);
        recipes.push(
          recipe({ name, outputs, shell: text`${parts.slice(0, 2)}/sh`, script: text`${parts}\n${parts}`, env: { ...env, ALL: text`${parts}` } }),
        );
      }
      recipes.forEach((made, at) => (targets[`${made.name}-${index}-${at}`] = made));
    });
    expect(instantiate(targets)).toEqual(expected(targets));
  });
});
