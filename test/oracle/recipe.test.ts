import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeContentPath, sha256, sha256Hash, writeDerivation, type StorePath } from '../../src/formats/index.js';
import { concat, Instantiator, local, recipe, selfPath, source, type AnyRecipe, type Interpolated, type Local } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { hashTree } from '../../src/store/tree/index.js';
import { Nix, whyNoNix } from '../support/nix.js';
import { nixString } from '../support/nix-text.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: recipes are not compared with Nix's expressions: ${missing}`);

/** A piece of text, told to both sides in their own language. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'recipe'; readonly recipe: number; readonly output: number }
  | { readonly kind: 'self'; readonly output: number }
  | { readonly kind: 'source' | 'local' };

interface Spec {
  readonly outputNames: readonly [string, ...string[]];
  readonly version: string | undefined;
  readonly script: readonly Piece[];
  readonly variable: readonly Piece[];
  readonly path: readonly number[];
  readonly isPlain: boolean;
}

const anyPieces: fc.Arbitrary<readonly Piece[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('text' as const),
      text: fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '\t', '$', '{', '}', 'é'), maxLength: 8 }),
    }),
    fc.record({ kind: fc.constant('recipe' as const), recipe: fc.nat(), output: fc.nat() }),
    fc.record({ kind: fc.constant('self' as const), output: fc.nat() }),
    fc.record({ kind: fc.constantFrom('source' as const, 'local' as const) }),
  ),
  { maxLength: 5 },
);
const anySpec: fc.Arbitrary<Spec> = fc.record({
  outputNames: fc.constantFrom<[string, ...string[]]>(['out'], ['lib'], ['bin', 'out'], ['out', 'dev', 'bin']),
  version: fc.constantFrom(undefined, '1.2'),
  script: anyPieces,
  variable: anyPieces,
  path: fc.array(fc.nat(), { maxLength: 2 }),
  isPlain: fc.boolean(),
});

function itemOf<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}

describe.skipIf(missing !== undefined)('recipes, one upon the other', () => {
  let nix: Nix;
  let localFile: Local;
  let localPath: StorePath;
  const tarball = Buffer.from('a tarball, of sorts');
  const pinned = source({ name: 'pinned', version: '1', size: tarball.length, sha256: sha256(tarball), urls: ['x://pinned.tar.gz'] });

  beforeAll(async () => {
    nix = new Nix();
    writeFileSync(join(nix.root, 'fix.patch'), 'a patch');
    writeFileSync(join(nix.root, 'tarball'), tarball);
    localFile = local(pathToFileURL(nix.root).href + '/', './fix.patch');
    const { narHash } = unwrap(await hashTree(fileURLToPath(localFile.url)));
    localPath = makeContentPath('fix.patch', 'recursive', sha256Hash(narHash));
  });
  afterAll(() => {
    nix.close();
  });

  function ours(specs: readonly Spec[]): AnyRecipe[] {
    const made: AnyRecipe[] = [];
    for (const [index, spec] of specs.entries()) {
      const piece = (part: Piece): Interpolated => {
        switch (part.kind) {
          case 'text':
            return part.text;
          case 'self':
            return selfPath(itemOf(spec.outputNames, part.output));
          case 'source':
            return pinned;
          case 'local':
            return localFile;
          case 'recipe':
            return made.length === 0 ? '' : outputOf(itemOf(made, part.recipe), part.output);
        }
      };
      const path = made.length === 0 ? [] : spec.path.map((number) => outputOf(itemOf(made, number), 0));
      const common = {
        name: `r${index}`,
        outputs: spec.outputNames,
        env: { VARIABLE: concat(...spec.variable.map(piece)) },
        path,
        ...(spec.version === undefined ? {} : { version: spec.version }),
      };
      const text = concat(...spec.script.map(piece));
      made.push(spec.isPlain ? recipe({ ...common, builder: '/bin/sh', args: ['-c', text] }) : recipe({ ...common, shell: '/bin/sh', script: text }));
    }
    return made;
  }

  function outputOf(from: AnyRecipe, output: number): Interpolated {
    return (from as unknown as Record<string, Interpolated>)[itemOf(from.outputNames, output)]!;
  }

  function theirs(specs: readonly Spec[]): string {
    const bindings = specs.map((spec, index) => {
      const piece = (part: Piece): string => {
        switch (part.kind) {
          case 'text':
            return nixString(part.text);
          case 'self':
            return `(placeholder "${itemOf(spec.outputNames, part.output)}")`;
          case 'source':
            return 'pinned';
          case 'local':
            return `"\${${fileURLToPath(localFile.url)}}"`;
          case 'recipe':
            return index === 0 ? '""' : `"\${r${part.recipe % index}.${itemOf(specs[part.recipe % index]!.outputNames, part.output)}}"`;
        }
      };
      const text = (parts: readonly Piece[]): string => ['""', ...parts.map(piece)].join(' + ');
      const path = index === 0 ? [] : spec.path.map((number) => `\${r${number % index}.${specs[number % index]!.outputNames[0]}}/bin`);
      // What says that no output names itself.
      const noSelf = spec.outputNames.length === 1 ? 'disallowedReferences' : 'noSelfReferences';
      const hasOutOnly = spec.outputNames.length === 1 && spec.outputNames[0] === 'out';
      return `r${index} = derivation {
        name = "r${index}${spec.version === undefined ? '' : `-${spec.version}`}"; system = "x86_64-linux"; builder = "/bin/sh";
        __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";
        ${hasOutOnly ? '' : `outputs = [ ${spec.outputNames.map(nixString).join(' ')} ];`}
        args = [ "${spec.isPlain ? '-c' : '-euc'}" (${text(spec.script)}) ];
        VARIABLE = ${text(spec.variable)}; PATH = "${path.join(':')}";
        ${noSelf} = "${spec.outputNames.join(' ')}";
      };`;
    });
    const download = `builtins.path { name = "${pinned.file}"; path = ${join(nix.root, 'tarball')}; recursive = false; }`;
    return `let pinned = ${download};\n${bindings.join('\n')} in [ ${specs.map((_, index) => `r${index}`).join(' ')} ]`;
  }

  test('become the derivations nix-instantiate makes of the same expressions', () => {
    fc.assert(
      fc.property(fc.array(anySpec, { minLength: 2, maxLength: 8 }), (specs) => {
        const instantiator = new Instantiator({ local: () => localPath, seed: () => localPath });
        const made = ours(specs).map((one) => instantiator.instantiate(one));
        const file = join(nix.root, 'recipes.nix');
        writeFileSync(file, theirs(specs));
        const paths = nix
          .text('nix-instantiate', file)
          .split('\n')
          .map((line) => line.replace(/!.*/, ''));
        for (const [index, { drv, drvPath }] of made.entries()) {
          expect(writeDerivation(drv)).toEqual(readFileSync(nix.hostPath(paths[index]!)));
          expect(drvPath).toBe(paths[index]);
        }
      }),
      { numRuns: 15 },
    );
  });
});
