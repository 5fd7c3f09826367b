import { describe, expect, it } from 'vitest';
import { parseDerivation, parseStorePath, writeDerivation } from '../formats/index.js';
import { unwrap } from '../result.js';
import { chain, concat, Instantiator, local, recipe, recipeWith, RecipeError, seed, selfPath, sh, source, sourcePath, text } from './index.js';

const musl = source({ name: 'musl', version: '1.2.5', size: 1, sha256: 'a'.repeat(64), debian: 'pool/main/m/musl/musl_1.2.5.orig.tar.gz' });
const tree = unwrap(parseStorePath('/nix/store/ppzz3n6kk6fzbspnm1nrag1g97j60mz2-hi'));
const seedPath = unwrap(parseStorePath('/nix/store/00000000000000000000000000000000-tcc'));

function instantiator(): Instantiator {
  return new Instantiator({ local: () => tree, seed: () => seedPath });
}

describe('the shell text of a recipe', () => {
  it('loses the indentation that all its lines share', () => {
    expect(
      sh`
      one
        two

      three
    `.parts,
    ).toEqual(['one\n  two\n\nthree\n']);
  });

  it('keeps backslashes as the shell should see them', () => {
    expect(sh`printf 'a\n' \\ "\${HOME}" \`date\``.parts).toEqual(['printf \'a\\n\' \\\\ "${HOME}" `date`']);
  });

  it('does not reindent what is interpolated', () => {
    const inner = sh`
      a
        b
    `;
    expect(
      concat(sh`
      begin
      ${inner}
    `).parts,
    ).toEqual(['begin\na\n  b\n\n']);
  });

  it('joins lists by spaces and keeps ingredients apart from text', () => {
    expect(sh`tar ${['-x', '-f']} ${musl}`.parts).toEqual(['tar -x -f ', musl]);
  });

  it('refuses undefined, which import cycles leave behind, and points at the line', () => {
    const forgotten = undefined as unknown as string;
    const interpolate = (): unknown => sh`${forgotten}`;
    expect(interpolate).toThrow(RecipeError);
    try {
      interpolate();
    } catch (error) {
      expect((error as RecipeError).location?.file).toBe(import.meta.filename);
      expect((error as RecipeError).hint).toContain('cycle');
    }
  });
});

describe('a recipe', () => {
  it('has what it interpolates as its inputs, and nothing else', () => {
    const a = recipe({ name: 'a', outputs: ['x', 'y'], builder: seed('tcc'), args: [text`${musl}`, selfPath('x')] });
    const b = recipe({
      name: 'b',
      version: '1',
      shell: text`${a.x}/bin/ash`,
      path: [a.x],
      script: sh`cat ${a.y} ${local(import.meta.url, './x.patch')} > $out`,
    });
    const { drv, drvPath } = instantiator().instantiate(b);
    const inputOfB = instantiator().instantiate(a);
    expect(drvPath).toMatch(/-b-1\.drv$/);
    expect([...drv.inputDrvs]).toEqual([[inputOfB.drvPath, ['x', 'y']]]);
    expect(drv.inputSrcs).toEqual([tree]);
    expect(inputOfB.drv.inputSrcs).toEqual([seedPath, sourcePath(musl)].sort());
    expect(drv.env.get('PATH')).toMatch(/^\/[0-9a-z]{52}\/bin$/);
  });

  it('becomes the derivation that Nix 2.8 makes of the same expression', () => {
    // The expected paths are what nix-instantiate printed for this very pair, `hi` being builtins.toFile "hi" "hello",
    // with noSelfReferences = "x y" and disallowedReferences = "out".
    const hi = local(import.meta.url, './hi');
    const a = recipe({ name: 'a', outputs: ['x', 'y'], builder: '/bin/sh', args: ['-c', text`echo ${hi} > ${selfPath('x')}; echo $x > $y`] });
    const b = recipe({
      name: 'b',
      shell: '/bin/sh',
      path: [a.x],
      script: sh`
      echo ${a.y}
        indented \${foo}
    `,
    });
    expect(instantiator().instantiate(a).drvPath).toBe('/nix/store/89vn80xhq8sx2fabi9v54cxp9snzd8bv-a.drv');
    expect(instantiator().instantiate(b).drvPath).toBe('/nix/store/d4wkw9gddr8dv17m4v9fjaczwj2r448q-b.drv');
  });

  it('survives being written as ATerm and read again', () => {
    const { drv } = instantiator().instantiate(recipe({ name: 'a', shell: '/sh', script: sh`printf "a\tb\\n"` }));
    expect(unwrap(parseDerivation(writeDerivation(drv), 'a'))).toEqual(drv);
  });

  it('knows the line it was written on', () => {
    const here = recipe({ name: 'a', shell: '/sh', script: sh`true` });
    const { stack } = new Error();
    const line = Number(/recipe\.test\.ts:(\d+)/.exec(stack ?? '')?.[1]);
    expect(here.location).toEqual({ file: import.meta.filename, line: line - 1 });
  });

  it('has its test as a recipe of its own, which needs it and is not needed by it', () => {
    const a = recipe({
      name: 'a',
      version: '2',
      shell: '/sh',
      script: sh`true`,
      test: (self) => ({ path: [self], script: sh`${self}/bin/a > $out` }),
    });
    expect(a.test?.drvName).toBe('a-test-2');
    const { drv } = instantiator().instantiate(a.test ?? a);
    expect([...drv.inputDrvs.keys()]).toEqual([instantiator().instantiate(a).drvPath]);
  });

  it('passes its rules on references to Nix under their own names', () => {
    const a = recipe({ name: 'a', shell: '/sh', script: sh`true` });
    const b = recipe({ name: 'b', shell: '/sh', script: sh`true`, references: { allowed: [a], disallowedClosure: [a] } });
    const { drv } = instantiator().instantiate(b);
    expect(drv.env.get('allowedReferences')).toMatch(/^\/[0-9a-z]{52}$/);
    expect(drv.env.get('disallowedRequisites')).toMatch(/^\/[0-9a-z]{52}$/);
  });

  it('lets no output name itself, in the words of Nix where there is one output', () => {
    const a = recipe({ name: 'a', shell: '/sh', script: sh`true` });
    const b = recipe({ name: 'b', shell: '/sh', script: sh`true`, references: { disallowed: [a] } });
    const several = recipe({ name: 'several', outputs: ['bin', 'lib'], shell: '/sh', script: sh`true`, references: { allowed: ['lib'] } });
    const [one, two, three] = [a, b, several].map((each) => instantiator().instantiate(each).drv.env);
    expect(one?.get('disallowedReferences')).toBe('out');
    expect(two?.get('disallowedReferences')).toMatch(/^\/[0-9a-z]{52} out$/);
    expect([three?.get('disallowedReferences'), three?.get('noSelfReferences')]).toEqual([undefined, 'bin lib']);
  });

  it('lets an output name itself where it says why, and not in any other way', () => {
    const references = { self: 'a quine', allowed: ['out'] };
    const { drv } = instantiator().instantiate(recipe({ name: 'a', shell: '/sh', script: sh`true`, references }));
    expect([drv.env.get('disallowedReferences'), drv.env.get('noSelfReferences')]).toEqual([undefined, undefined]);
    expect(() => recipe({ name: 'a', shell: '/sh', script: sh`true`, references: { allowed: ['out'] } })).toThrow(/name itself/);
  });

  it('takes what a stage has in common from recipeWith, and overrides it', () => {
    const step = recipeWith({ shell: '/ash', env: { A: '1', B: '2' } });
    const a = step({ name: 'a', env: { B: '3' }, script: sh`true` });
    expect([a.env.get('A'), a.env.get('B')]).toEqual([text`1`, text`3`]);
  });

  it('is refused when its name or outputs cannot be in a store path', () => {
    expect(() => recipe({ name: 'a b', shell: '/sh', script: sh`true` })).toThrow(/cannot be a store path/);
    expect(() => recipe({ name: 'a', outputs: ['x', 'x'], shell: '/sh', script: sh`true` })).toThrow(/twice/);
    expect(() => recipe({ name: 'a', outputs: ['name'], shell: '/sh', script: sh`true` })).toThrow(/cannot be called/);
  });

  it('is a type error when it is misused', () => {
    // @ts-expect-error a script needs a shell
    expect(() => recipe({ name: 'a', script: sh`true` })).toThrow();
    const a = recipe({ name: 'a', outputs: ['lib'], shell: '/sh', script: sh`true` });
    // @ts-expect-error there is no output "out"
    expect(a.out).toBeUndefined();
    // @ts-expect-error a date is not an ingredient
    expect(() => sh`${new Date()}`).toThrow(RecipeError);
    // @ts-expect-error a recipe is built by a script or by a builder, not by both
    recipe({ name: 'a', shell: '/sh', script: sh`true`, builder: '/b', args: [] });
  });
});

describe('a source', () => {
  it('has the store path that nix-store --add-fixed gives its bytes', () => {
    const empty = source({
      name: 'empty',
      version: '1',
      file: 'empty',
      size: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      urls: ['https://example.org/empty'],
    });
    expect(sourcePath(empty)).toBe('/nix/store/1q82x5ah029adc0r5p06p3ivlzzh3hss-empty');
  });

  it('is refused without a place to get it from, and with a hash that is none', () => {
    expect(() => source({ name: 'a', version: '1', size: 0, sha256: 'a'.repeat(64) })).toThrow(/neither/);
    expect(() => source({ name: 'a', version: '1', size: 0, sha256: 'A', debian: 'pool/a.tar' })).toThrow(/not a SHA-256/);
  });
});

describe('a chain', () => {
  const a = recipe({ name: 'a', shell: '/sh', script: sh`true` });

  it('lists its targets in order, with their stages', () => {
    const { targets } = chain('b', { one: { b: a }, two: { a } });
    expect(targets.map(({ name, stage }) => [name, stage])).toEqual([
      ['b', 'one'],
      ['a', 'two'],
    ]);
  });

  it('refuses a default that is not there, two targets of one name, and holes left by import cycles', () => {
    expect(() => chain('x', { one: { a } })).toThrow(/default target "x"/);
    expect(() => chain('a', { one: { a }, two: { a } })).toThrow(/two targets/);
    expect(() => chain('a', { one: { a } }, { tools: { shell: ['a', 'bin/sh'], path: ['c'] } })).toThrow(/"c" of the chain's tools/);
    expect(() => chain('a', { one: { a, b: undefined as unknown as typeof a } })).toThrow(/is not a recipe/);
  });
});
