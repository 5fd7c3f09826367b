/** Compares the kit's C with src/ on trees. Other tests compare src/ with Nix. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishOutputs } from '../../src/build/outputs.js';
import { makeTextPath, sha256, storePathBaseName, storePathHash, type Derivation, type DrvPath, type StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { openStore, tempDirectory } from '../support/store.js';
import { anyTree, directory, file, makeTree, narOf, symlink, type Tree } from '../support/tree.js';
import { makeBuilders, type Builders } from './rig.js';

const [LIB, OUT] = [makeTextPath('x-lib', 'made here', []), makeTextPath('x', 'made here', [])];
const INPUTS = ['one', 'two', 'three'].map((name) => makeTextPath(name, 'an input', []));

/** Texts with hash parts between characters that could be others. */
function textNaming(paths: readonly StorePath[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...paths).map(storePathHash),
    fc.constantFrom(...paths).map((path) => storePathHash(path).slice(0, 31)),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdfghijklmnpqrsvwxyz')), maxLength: 40 }),
    fc.constantFrom('-x', 'eout', '.', ' '),
  );
  return fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
}

/** Files, links and names that may name these paths; a long file has them near the borders of the pieces in which files are read. */
function treeNaming(paths: readonly StorePath[]): fc.Arbitrary<Tree> {
  const text = textNaming(paths);
  const name = fc.oneof(text, fc.constantFrom('a', 'b', 'c')).map((end) => `n${end}`);
  const long = fc.record({ text, border: fc.constantFrom(4096, 16384, 65536, 131072), shift: fc.integer({ min: -60, max: 20 }) });
  const node = fc.oneof(
    fc.record({ text, executable: fc.boolean() }).map(({ text: contents, executable }) => file(contents, executable)),
    long.map(({ text: contents, border, shift }) => file(`${'_'.repeat(border + shift)}${contents}${'_'.repeat(70_000)}`)),
    text.map((target) => symlink(`t${target}`)),
  );
  const folder = fc.dictionary(name, node, { maxKeys: 4 }).map(directory);
  return fc.dictionary(name, fc.oneof(node, folder), { maxKeys: 5 }).map(directory);
}

describe.each(['the ladder', 'gcc'])('the kit’s builder, compiled by %s,', (compiler) => {
  let builders: Builders;
  let kit: string;

  beforeAll(() => {
    builders = makeBuilders();
    kit = builders.programs.get(compiler)!;
  });
  afterAll(() => builders.close());

  const say = (...args: readonly string[]): string => execFileSync(kit, args, { encoding: 'utf8' });

  it('gives a tree the hash and length of its archive', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const path = join(tempDirectory(), 'tree');
        makeTree(tree, path);
        const nar = narOf(tree);
        expect(say('hash', path)).toBe(`${sha256(nar)} ${nar.length}\n`);
      }),
      { numRuns: 100 },
    );
  });

  it('gives outputs the paths, references and bytes that the sandbox gives them', async () => {
    await fc.assert(
      fc.asyncProperty(treeNaming([LIB, ...INPUTS]), treeNaming([LIB, OUT, ...INPUTS]), async (lib, out) => {
        const store = openStore();
        const [mine, its] = [tempDirectory(), tempDirectory()].map((parent) => {
          makeTree(lib, join(parent, storePathBaseName(LIB)));
          makeTree(out, join(parent, storePathBaseName(OUT)));
          return parent;
        });
        const drv = { name: 'x', outputs: new Map(), env: new Map() } as unknown as Derivation;
        const drvPath = makeTextPath('x.drv', '', []) as DrvPath;
        const scratch = new Map([
          ['lib', LIB],
          ['out', OUT],
        ]);
        const finished = unwrap(
          await finishOutputs({ store, drv, drvPath, scratch, hostPath: (path) => join(mine!, storePathBaseName(path)), inputs: INPUTS }),
        );
        const wanted = ['lib', 'out'].map((name) => {
          const { path, narHash, narSize, references } = finished.get(name)!.info;
          return [path, narHash, narSize, '', references.length, ...references].map((line) => `${line}\n`).join('');
        });
        const trees = [LIB, OUT].map((path) => join(its!, storePathBaseName(path)));
        expect(say('finish', INPUTS.join(','), 'x-lib', trees[0]!, 'x', trees[1]!)).toBe(wanted.join(''));
        expect(trees.map((tree) => say('hash', tree))).toEqual(
          ['lib', 'out'].map((name) => `${finished.get(name)!.info.narHash} ${finished.get(name)!.info.narSize}\n`),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a link out of the store, outputs that name each other, and what others may write to', () => {
    const refusal = (lib: Tree, out: Tree, mode?: string): string => {
      const parent = tempDirectory();
      const trees = [LIB, OUT].map((path) => join(parent, storePathBaseName(path)));
      makeTree(lib, trees[0]!);
      makeTree(out, trees[1]!);
      if (mode !== undefined) execFileSync('chmod', [mode, trees[0]!]);
      const ran = spawnSync(kit, ['finish', '', 'x-lib', trees[0]!, 'x', trees[1]!], { encoding: 'utf8' });
      expect(ran.status).toBe(1);
      return ran.stderr;
    };
    expect(refusal(directory({ shell: symlink('/bin/sh') }), directory())).toContain('a link out of the store, to /bin/sh');
    expect(refusal(file(OUT), file(LIB))).toContain('outputs name each other in a circle');
    expect(refusal(directory(), directory(), '777')).toContain('x-lib can be written by others');
  });

  it('says what is wrong when there is nothing to hash, or something that a store cannot hold', () => {
    const parent = tempDirectory();
    expect(spawnSync(kit, ['hash', join(parent, 'nothing')], { encoding: 'utf8' }).stderr).toMatch(/^kit: cannot look at .*nothing: errno 2\n$/);
    execFileSync('mkfifo', [join(parent, 'pipe')]);
    expect(spawnSync(kit, ['hash', parent], { encoding: 'utf8' }).stderr).toMatch(/pipe is neither file, link nor folder\n$/);
    mkdirSync(join(parent, 'empty'));
    writeFileSync(join(parent, 'file'), '');
    expect(spawnSync(kit, ['nonsense'], { encoding: 'utf8' }).status).toBe(1);
  });
});
