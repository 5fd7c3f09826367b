import { sh, source, type Interpolated } from 'zilch';
import { makefile } from '../package/index.ts';
import type { Define } from './define.ts';

/**
 * Git, without its parts in Perl, Python and Tcl. It finds its other programs from where it is itself; `shell` runs its scripts and hooks, and
 * whatever it calls by way of one.
 */
export const gitBy =
  (shell: Interpolated): Define =>
  ({ curl, zlib }) => ({
    source: source({
      name: 'git',
      version: '2.47.3',
      size: 7657416,
      sha256: '9c2eb1250781b3e5bfef098572d07fdf132d67e6c065e4307332ade9819a1501',
      debian: 'pool/main/g/git/git_2.47.3.orig.tar.xz',
      licence: 'GPL-2.0-only',
      homepage: 'https://git-scm.com/',
      releases: 'https://www.kernel.org/pub/software/scm/git/',
    }),
    description: 'keeps versions of files',
    inputs: [curl, zlib],
    style: makefile({
      make: [
        'uname_S=Linux uname_M=x86_64 uname_O= CC="$CC" CFLAGS="$CFLAGS" prefix=/nowhere RUNTIME_PREFIX=YesPlease gitexecdir=libexec/git-core',
        'NO_PERL=1 NO_PYTHON=1 NO_TCLTK=1 NO_GETTEXT=1 NO_EXPAT=1 NO_OPENSSL=1 NO_REGEX=NeedsStartEnd NO_INSTALL_HARDLINKS=1 SKIP_DASHED_BUILT_INS=1',
        // Its build asks the build's shell.
        sh`SHELL_PATH="$SHELL" SHELL_PATH_SQ=${shell} SHELL_PATH_CQ_SQ='"${shell}"' CURL_LDFLAGS='-lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lz'`,
      ],
      targets: ['git', 'git-remote-http', 'git-sh-setup', 'git-sh-i18n', 'git-submodule'],
      install: sh`
mkdir -p "$out/bin" "$out/libexec/git-core" "$out/share/git-core"
cp git "$out/bin/"
for name in git-upload-pack git-receive-pack git-upload-archive; do ln -s git "$out/bin/$name"; done
cp git-remote-http git-sh-setup git-sh-i18n git-submodule "$out/libexec/git-core/"
for name in git-sh-setup git-sh-i18n git-submodule; do sed -i '1s|.*|#!${shell}|' "$out/libexec/git-core/$name"; done
ln -s ../../bin/git "$out/libexec/git-core/git"
for name in https ftp ftps; do ln -s git-remote-http "$out/libexec/git-core/git-remote-$name"; done
mkdir -p "$out/share/git-core/templates/info" "$out/share/git-core/templates/hooks"
cp templates/info--exclude "$out/share/git-core/templates/info/exclude"
`,
    }),
    test: {
      script: sh`
phase 'versions, branches, a merge'
export HOME="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example
export GIT_AUTHOR_DATE='1000000000 +0000' GIT_COMMITTER_DATE='1000000000 +0000'
git init -q -b main one
cd one
echo first >file
git add file
git commit -q -m first
test "$(git rev-parse HEAD:file)" = 9c59e24b8393179a5d712de4f990178df5734d99
git switch -q -c side
echo side >other
git add other
git commit -q -m side
git switch -q main
echo second >>file
git commit -q -a -m second
git merge -q side -m merged
test "$(git log --oneline | wc -l)" = 4
git fsck --strict
git gc -q

phase 'it travels as a file'
git bundle create -q ../all main
cd ..
git clone -q -b main all two
test "$(cat two/file two/other | tr '\n' ' ')" = 'first second side '
git -C two log -1 --format=%H | grep -qx "$(git -C one rev-parse HEAD)"

phase 'it finds its program for HTTP'
status=0
git ls-remote http://127.0.0.1:9/none 2>said || status=$?
test $status != 0
grep -qi 'connect to' said
`,
    },
  });

export const git = gitBy('/bin/sh');
