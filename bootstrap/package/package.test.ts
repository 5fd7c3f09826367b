import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, local, recipe, RecipeError, sh, source, text, type AnyRecipe, type Text } from 'zilch';
import { describe, expect, it } from 'vitest';
import {
  archive,
  autotools,
  commands,
  headers,
  makefile,
  makePackage,
  packageSet,
  type PackageDefinition,
  type PackageSpec,
  type Tools,
} from './index.ts';
import { packagePrelude, prelude } from './prelude.ts';

const tool = (name: string): AnyRecipe => recipe({ name, shell: '/sh', script: sh`` });
const tools: Tools = { shell: text`${tool('busybox')}/bin/ash`, path: [tool('toolchain'), tool('busybox')] };

const tarball = (name: string) =>
  source({ name, version: '1.0', size: 1, sha256: 'a'.repeat(64), debian: `pool/main/x/${name}/${name}_1.0.orig.tar.gz`, licence: 'MIT' });
const spec = (name: string, changes: Partial<PackageSpec> = {}): PackageSpec => ({
  source: tarball(name),
  description: name,
  style: commands(sh`make`),
  test: { untested: 'an example' },
  ...changes,
});
const make = (name: string, changes: Partial<PackageSpec> = {}) => makePackage(spec(name, changes), tools);

/** Text for comparing: recipes and sources by their names. */
function shown(words: Text | undefined): string {
  return (words?.parts ?? [])
    .map((part) => (typeof part === 'string' ? part : part.kind === 'output' ? `<${part.recipe.name}>` : `<${part.name}>`))
    .join('');
}
const script = (made: AnyRecipe | undefined): string => shown(made?.args[1]).slice(shown(packagePrelude).length);
const variable = (made: AnyRecipe | undefined, name: string): string | undefined => {
  const value = made?.env.get(name);
  return value === undefined ? undefined : shown(value);
};

describe('a package', () => {
  it('is a recipe with the name, version and origin of its source', () => {
    const made = make('zlib');
    expect([made.drvName, made.about.source?.licence, made.about.untested]).toEqual(['zlib-1.0', 'MIT', 'an example']);
  });

  it('unpacks, and then does what its style says', () => {
    expect(script(make('zlib'))).toBe('\nphase unpack\ntake <zlib> source\nshell_scripts source\ncd source\n\nmake\nstrip_programs "$out"\n');
  });

  it('may unpack a part of its tarball', () => {
    expect(script(make('boost', { only: ['boost/libs/core', "it's"] }))).toContain("take <boost> source 'boost/libs/core' 'it'\\''s'\n");
  });

  it('begins with the functions of all recipes', () => {
    expect(shown(packagePrelude).startsWith(shown(prelude))).toBe(true);
  });

  it('may refer to nothing unless it says so', () => {
    const musl = tool('musl');
    expect(variable(make('zlib'), 'allowedReferences')).toBe('');
    expect(variable(make('zlib', { refersTo: [musl] }), 'allowedReferences')).toBe('<musl>');
  });

  it('is made from a folder when it says what it is called', () => {
    const folder = local(import.meta.url, './');
    expect(script(make('', { source: folder, name: 'editor' }))).toContain('take <package> source');
    expect(make('', { source: folder, name: 'editor' }).drvName).toBe('editor');
    expect(() => makePackage({ source: folder, description: '', style: commands(sh``), test: { untested: '' } }, tools)).toThrow(RecipeError);
  });

  it('is changed by what it is given, and by nothing else', () => {
    const zlib = make('zlib');
    const changed = make('curl', { inputs: [zlib], env: { A: '1' } }).with({ env: { B: '2' }, source: tarball('curl-next') });
    expect([changed.name, variable(changed, 'A'), variable(changed, 'B'), variable(changed, 'CPATH')]).toEqual([
      'curl-next',
      undefined,
      '2',
      '<zlib>/include',
    ]);
  });
});

describe('inputs of a package', () => {
  const zlib = make('zlib');
  const tls = make('tls', { inputs: [zlib] });
  const curl = make('curl', { inputs: [zlib, tls] });

  it('are found with what they need, each once and before what it needs', () => {
    const nix = make('nix', { inputs: [curl] });
    expect(variable(nix, 'LIBRARY_PATH')).toBe('<curl>/lib:<tls>/lib:<zlib>/lib');
    expect(variable(nix, 'CPATH')).toBe('<curl>/include:<tls>/include:<zlib>/include');
    expect(variable(nix, 'PKG_CONFIG_PATH')).toBe('<curl>/lib/pkgconfig:<tls>/lib/pkgconfig:<zlib>/lib/pkgconfig');
    expect(variable(nix, 'PATH')).toBe('<curl>/bin:<tls>/bin:<zlib>/bin:<toolchain>/bin:<busybox>/bin');
  });

  it('leave no path of theirs in what is compiled', () => {
    expect(variable(tls, 'CFLAGS')).toBe('-O2 -ffile-prefix-map=/build/= -ffile-prefix-map=<zlib>=/zlib');
    expect(variable(tls, 'CXXFLAGS')).toBe(variable(tls, 'CFLAGS'));
  });

  it('are not needed', () => {
    expect([variable(zlib, 'CPATH'), variable(zlib, 'LIBRARY_PATH'), variable(zlib, 'CC')]).toEqual([undefined, undefined, 'cc --static']);
  });

  it('are in the order of their names where none needs another', () => {
    expect(variable(make('x', { inputs: [make('a'), make('b'), make('c')] }), 'LIBRARY_PATH')).toBe('<a>/lib:<b>/lib:<c>/lib');
  });

  it('that are tools bring the programs they run, and no libraries', () => {
    const m4 = make('m4');
    const bison = make('bison', { runs: [m4], inputs: [zlib] });
    const nix = make('nix', { tools: [bison] });
    expect(variable(nix, 'PATH')).toBe('<bison>/bin:<m4>/bin:<toolchain>/bin:<busybox>/bin');
    expect(variable(nix, 'CPATH')).toBeUndefined();
  });
});

describe('the test of a package', () => {
  const zlib = make('zlib');
  const tested = make('curl', { inputs: [zlib], test: { script: sh`curl --version`, tools: [make('server')], inputs: [make('gtest')] } });

  it('finds the package, its inputs and what it needs beyond them', () => {
    expect(variable(tested.test, 'PATH')).toBe('<curl>/bin:<server>/bin:<zlib>/bin:<gtest>/bin:<toolchain>/bin:<busybox>/bin');
    expect(variable(tested.test, 'CPATH')).toBe('<curl>/include:<zlib>/include:<gtest>/include');
  });

  it('ends by looking for traces of the build, and passes', () => {
    expect(script(tested.test)).toBe('\ncurl --version\nphase \'no trace of how it was built\'\nno_trace <curl>\nmkdir "$out"\n');
  });

  it('is not there when the package says why', () => {
    expect(zlib.test).toBeUndefined();
  });
});

describe('changes to a source', () => {
  const edit = { file: "it's.c", why: 'two\nlines', old: "'old' $HOME\n", new: '\\n`date`"' };
  const edited = make('zlib', { edits: [edit], patches: [{ file: local(import.meta.url, './fix.patch'), why: 'a fix' }], prepare: sh`touch done` });

  it('are made in order after unpacking, each with its reason in one line', () => {
    const text = script(edited);
    const places = ['cd source', '# two lines\nedit ', '# a fix\npatch -p1 <<fix.patch>\n', 'touch done', 'make'].map((words) => text.indexOf(words));
    expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
  });

  it('are known to who asks', () => {
    expect([edited.about.edits, edited.about.patches?.[0]?.why]).toEqual([[edit], 'a fix']);
  });

  it('reach the file as they were written, whatever the shell makes of such characters', () => {
    const directory = mkdtempSync(join(tmpdir(), 'zilch-edit-'));
    writeFileSync(join(directory, edit.file), `before\n${edit.old}after\n`);
    const command = script(edited).slice(script(edited).indexOf('edit '), script(edited).indexOf('\n# a fix'));
    const functions = shown(prelude)
      .replace(/^SHELL=.*$/m, '')
      .replace(/^export SHELL.*$/m, '');
    execFileSync('/bin/sh', ['-euc', `${functions}\n${command}`], { cwd: directory });
    expect(readFileSync(join(directory, edit.file), 'utf8')).toBe(`before\n${edit.new}after\n`);
    // The old text is gone, so a second time is an error.
    expect(() => execFileSync('/bin/sh', ['-euc', `${functions}\n${command}`], { cwd: directory, stdio: 'pipe' })).toThrow(/not exactly one place/);
  });
});

describe('a set of packages', () => {
  type Name = 'zlib' | 'curl';
  const definitions: Readonly<Record<Name, PackageDefinition<Name>>> = {
    curl: ({ zlib }) => spec('curl', { inputs: [zlib] }),
    zlib: () => spec('zlib'),
  };

  it('lets packages find each other whatever their order, and makes each once', () => {
    const set = packageSet(definitions, tools);
    expect(set.curl.spec.inputs).toEqual([set.zlib]);
    expect(set.zlib).toBe(set.zlib);
    expect(Object.keys(set)).toEqual(['curl', 'zlib']);
  });

  it('is another one by other tools', () => {
    const other = packageSet(definitions, { shell: '/sh', path: [tool('gcc')] });
    expect(variable(other.curl, 'PATH')).toBe('<zlib>/bin:<gcc>/bin');
  });
});

describe('a build style', () => {
  const lines = (style: PackageSpec['style']): string => shown(style(spec('x')));

  it('of autoconf configures for nowhere, and installs beside', () => {
    const text = lines(autotools({ flags: ['--with-zlib'] }));
    expect(text).toContain('./configure --build=x86_64-linux-musl --prefix=/nowhere --disable-shared --enable-static');
    expect(text).toContain('--disable-nls --with-zlib\n');
    expect(text).toContain('for folder in .; do make -C "$folder" -j"$NIX_BUILD_CORES" SHELL="$SHELL"  ; done');
    expect(text).toContain('DESTDIR="$PWD/../installed" install; done');
    expect(text).toContain('mv ../installed/nowhere/* "$out/"');
  });

  it('of autoconf makes and installs in the folders it is given, or as it is told', () => {
    expect(lines(autotools({ folders: ['lib', 'src'], targets: ['all'], install: ['install-am'] }))).toContain('for folder in lib src; do');
    const own = lines(autotools({ installBy: sh`cp bison "$out/"` }));
    expect(own).toContain('cp bison "$out/"');
    expect(own).not.toContain('/installed');
  });

  it('of a makefile installs by the target of that name unless told otherwise', () => {
    expect(lines(makefile({ configure: sh`./configure` }))).toMatch(/phase configure\n\.\/configure\n[^]*DESTDIR="\$PWD\/\.\.\/installed" install\n/);
    expect(lines(makefile({ install: sh`cp libz.a "$out/lib/"` }))).not.toContain('DESTDIR');
  });

  it('of an archive compiles C and C++ by what they are, and installs headers', () => {
    const text = lines(archive({ files: 'a.c b.cc', flags: `'-DX="y"'`, library: 'libx.a', include: 'include' }));
    expect(text).toContain(`*.cc | *.cpp) $CXX $CXXFLAGS '-DX="y"' -c "$1" -o "$object" ;;`);
    expect(text).toContain('ar rcs libx.a ../objects/*.o');
    expect(text).toContain('cp -R include/. "$out/include/"');
    expect(lines(archive({ files: 'a.c', library: 'libx.a', include: ['a', 'b'] }))).toContain('cp -R a b "$out/include/"');
  });

  it('of headers copies them', () => {
    expect(lines(headers('include'))).toBe('\nphase install\nmkdir -p "$out/include"\ncp -R include/. "$out/include/"\n');
  });

  it('of commands is what they say', () => {
    expect(lines(commands(concat('make it')))).toBe('\nmake it');
  });
});
