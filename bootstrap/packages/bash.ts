import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** For tests that are written in it, Nix' own first of all. Nothing is built by it. Without the line editor it brings. */
export const bash: Define = () => ({
  source: source({
    name: 'bash',
    version: '5.2.37',
    size: 5600932,
    sha256: '370704c9c859f4060b7df19055e43bb9b5fa09d887699cf6ba87885c5485d36a',
    debian: 'pool/main/b/bash/bash_5.2.37.orig.tar.xz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/bash/',
    releases: 'https://ftp.gnu.org/gnu/bash/',
    changedByDebian: 'version 5.2 and its 37 patches in one',
  }),
  description: 'a shell for tests',
  style: autotools({
    flags: ['--disable-readline', '--without-bash-malloc', '--enable-static-link'],
    targets: ['bash'],
    installBy: sh`
mkdir -p "$out/bin"
cp bash "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'what other shells have not'
cat >try.bash <<'.'
set -euo pipefail
declare -A map=([one]=1 [two]=2)
list=(a b "c d")
[[ "\${map[two]}" == 2 && "\${#list[@]}" == 3 && "\${list[-1]}" == 'c d' ]]
[[ 2026-11-26 =~ ^([0-9]+)-([0-9]+) ]] && [[ \${BASH_REMATCH[2]} == 11 ]]
diff <(printf 'b\na\n' | sort) <(printf 'a\nb\n')
word=zilch
[[ \${word^^} == ZILCH && \${word/il/IL} == zILch && \${word:1:2} == il ]]
if (set -o pipefail; false | true); then exit 1; fi
trap 'echo trapped' EXIT
mapfile -t lines < <(seq 3)
(( lines[0] + lines[2] == 4 ))
printf -v padded '%03d' 7
[[ $padded == 007 ]]
shopt -s extglob nullglob
[[ abab == +(ab) ]]
.
test "$(bash try.bash)" = trapped
`,
  },
});
