import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MK_DERIVATION } from '../../src/nix-expression/index.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes } from '../support/nix.js';
import { tempDirectory } from '../support/store.js';

const PROGRAMS = ['ash', 'cat', 'chmod', 'cp', 'grep', 'gunzip', 'mkdir', 'tar'];

/** A folder with the function, a busybox in the place of a toolchain, and sources as a folder and as a tarball. */
function workplace(): string {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'tools/bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(directory, 'tools/bin/busybox'));
  for (const name of PROGRAMS) symlinkSync('busybox', join(directory, 'tools/bin', name));
  mkdirSync(join(directory, 'library/include'), { recursive: true });
  mkdirSync(join(directory, 'own'));
  writeFileSync(join(directory, 'own/greeting'), 'hello\n');
  execFileSync('tar', ['-C', directory, '-czf', join(directory, 'own.tar.gz'), 'own']);
  writeFileSync(join(directory, 'mk-derivation.nix'), MK_DERIVATION);
  writeFileSync(
    join(directory, 'default.nix'),
    `let
  tools = "\${./tools}";
  make = import ./mk-derivation.nix { system = "x86_64-linux"; shell = tools + "/bin/ash"; path = [ tools ]; };
  greeting = {
    pname = "greeting";
    version = "1.0";
    src = ./own;
    buildPhase = "cat greeting greeting >twice; echo \\"$CPATH\\" >headers";
    checkPhase = "grep hello twice";
    installPhase = "mkdir -p $out; cp twice headers $out/";
    buildInputs = [ "\${./library}" ];
    meta.description = "twice hello";
  };
in
{
  folder = make greeting;
  tarball = make (greeting // { src = ./own.tar.gz; });
  none = make { name = "none"; buildPhase = ":"; installPhase = "echo $name >$out"; };
  wrong = make (greeting // { checkPhase = "grep goodbye twice"; });
}
`,
  );
  return directory;
}

withEachNix('the function for derivations of one’s own', allNixes(), () => {
  test('unpacks, builds, checks and installs, from a folder, a tarball or nothing', () => {
    const directory = workplace();
    const root = join(tempDirectory(), 'root');
    const env = {
      ...process.env,
      HOME: tempDirectory(),
      NIX_CONFIG: 'experimental-features = nix-command ca-derivations\nsandbox = true\nsandbox-paths =\nbuild-users-group =\nsubstituters =\n',
    };
    const build = (name: string): string =>
      join(
        root,
        execFileSync('nix-build', ['--store', root, '--no-out-link', directory, '-A', name], { encoding: 'utf8', env, stdio: 'pipe' }).trim(),
      );
    for (const name of ['folder', 'tarball']) {
      const made = build(name);
      expect(made).toContain('-greeting-1.0');
      expect(readFileSync(join(made, 'twice'), 'utf8')).toBe('hello\nhello\n');
      expect(readFileSync(join(made, 'headers'), 'utf8')).toMatch(/^\/nix\/store\/[^/]*-library\/include\n$/);
    }
    expect(readFileSync(build('none'), 'utf8')).toBe('none\n');
    expect(() => build('wrong')).toThrow();
    const described = execFileSync('nix-instantiate', ['--store', root, '--eval', directory, '-A', 'folder.meta.description'], {
      encoding: 'utf8',
      env,
    });
    expect(described.trim()).toBe('"twice hello"');
  });
});
