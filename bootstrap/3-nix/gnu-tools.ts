/** GNU's sed, grep and tar: for tests that busybox' programs of these names are not enough for. Nothing is built by them. */
import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../package/index.ts';

export const gnused: PackageSpec = {
  source: source({
    name: 'sed',
    version: '4.9',
    size: 1397092,
    sha256: '6e226b732e1cd739464ad6862bd1a1aba42d7982922da7a53519631d24975181',
    debian: 'pool/main/s/sed/sed_4.9.orig.tar.xz',
    urls: ['https://ftp.gnu.org/gnu/sed/sed-4.9.tar.xz'],
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/sed/',
    releases: 'https://ftp.gnu.org/gnu/sed/',
  }),
  description: 'GNU sed, for tests',
  style: autotools({
    flags: ['--disable-acl --disable-i18n'],
    installBy: sh`
mkdir -p "$out/bin"
cp sed/sed "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'records that end in a zero byte'
printf 'one\0two\0' | sed --null-data --regexp-extended 's/(o)(n|$)/<\1>\2/' | tr '\0' ' ' >said
test "$(cat said)" = '<o>ne tw<o> '
`,
  },
};

export const gnugrep: PackageSpec = {
  source: source({
    name: 'grep',
    version: '3.12',
    size: 1918448,
    sha256: '2649b27c0e90e632eadcd757be06c6e9a4f48d941de51e7c0f83ff76408a07b9',
    debian: 'pool/main/g/grep/grep_3.12.orig.tar.xz',
    urls: ['https://ftp.gnu.org/gnu/grep/grep-3.12.tar.xz'],
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/grep/',
    releases: 'https://ftp.gnu.org/gnu/grep/',
  }),
  description: 'GNU grep, for tests',
  style: autotools({
    flags: ['--disable-perl-regexp'],
    folders: ['lib', 'src'],
    // egrep and fgrep are scripts that name the shell that configure found.
    installBy: sh`
mkdir -p "$out/bin"
cp src/grep "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'back references, counts, what is around a line'
printf 'abab\nabba\nxyz\n' >words
test "$(grep --extended-regexp --line-number '^(..)\1$' words)" = 1:abab
test "$(grep --count --invert-match ab words)" = 1
test "$(grep --after-context=1 abba words | tr '\n' ' ')" = 'abba xyz '
status=0
grep none words || status=$?
test $status = 1
`,
  },
};

export const gnutar: PackageSpec = {
  source: source({
    name: 'tar',
    version: '1.35',
    size: 2111608,
    sha256: '9ae57e981c1e73c0eebc2b26c9b0c4497fe310ef1d516ea430efb5470b71f7a8',
    debian: 'pool/main/t/tar/tar_1.35+dfsg.orig.tar.xz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/tar/',
    releases: 'https://ftp.gnu.org/gnu/tar/',
    changedByDebian: 'the manual is left out',
  }),
  description: 'GNU tar, for tests',
  edits: [
    {
      file: 'src/system.c',
      why: 'What unpacks is found in PATH, and so is the shell that calls it: there is no /bin/sh.',
      old: '  execv ("/bin/sh", argv);',
      new: '  execvp ("sh", argv);',
    },
  ],
  prepare: sh`
export FORCE_UNSAFE_CONFIGURE=1
`,
  style: autotools({ folders: ['gnu', 'lib', 'src'] }),
  test: {
    script: sh`
phase 'an archive, and one more file in it'
mkdir tree
echo one >tree/one
echo two >tree/two
tar --create --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --file all.tar tree/two
tar --append --file all.tar tree/one
test "$(tar --list --file all.tar | tr '\n' ' ')" = 'tree/two tree/one '
mkdir out
tar --extract --file all.tar --directory out
cmp tree/one out/tree/one

phase 'compressed by a program that it calls'
tar --create --gzip --file all.tar.gz tree
tar --list --file all.tar.gz | grep -q tree/two
`,
  },
};
