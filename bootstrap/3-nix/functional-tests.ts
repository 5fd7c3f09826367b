import { recipe, sh, type AnyRecipe } from 'zilch';
import type { Tools } from '../package/index.ts';
import { packagePrelude } from '../package/prelude.ts';
import { nixSource } from './nix.ts';
import { withoutSuccess } from './functional-tests-list.ts';

/**
 * Nix' own functional tests, in bash, one after another as meson's lists have them. A list beside this one says which of them do not pass, how they
 * end, and why; all others must pass, and what is listed must end as the list says.
 */
export const functionalTests = (
  nix: AnyRecipe,
  { bash, busybox, programs }: { readonly bash: AnyRecipe; readonly busybox: AnyRecipe; readonly programs: readonly AnyRecipe[] },
  tools: Tools,
) =>
  recipe({
    name: 'nix-functional-tests',
    version: nixSource.version,
    description: "Nix' own tests of its programs",
    shell: tools.shell,
    prelude: packagePrelude,
    path: [nix, bash, ...programs, busybox],
    script: sh`
phase unpack
unpack ${nixSource} source
cd source/tests/functional

phase configure
# What meson would put in.
find . -name '*.in' | while read -r file; do
  sed 's|@bash@|${bash}/bin/bash|; s|@bindir@|${nix}/bin|; s|@coreutils@|${busybox}/bin|; s|@dot@||; s|@sandbox_shell@|${busybox}/bin/busybox|
    s|@PACKAGE_VERSION@|${nixSource.version}|; s|@system@|x86_64-linux|' "$file" >"\${file%.in}"
done
# A sandbox in a sandbox cannot have a /proc: tests of it skip themselves where there can be none.
edit common/vars.sh '&& unshare --user true' '&& false'
# Options of GNU's coreutils and diff that busybox' programs have not or spell otherwise.
find . -name '*.sh' | while read -r file; do
  sed -i 's/diff\(.*\) --color=always/diff\1/; s/diff --unified/diff -u/; s/stat --format=/stat -c /; s/stat --printf=/stat -c /; s/readlink -e /readlink -f /; s/grep\(.*\) -P /grep\1 -E /; s/GNUTAR_REPRODUCIBLE=1 tar .*--sort=name/tar/' "$file"
done

# Programs that tests write and run: there is no /bin/sh here.
find . -type f ! -name '*.nar' -exec grep -l '#! */bin/sh' {} + | while read -r file; do sed -i 's|#! */bin/sh|#!${busybox}/bin/ash|' "$file"; done
edit fetchGitSubmodules.sh 'diff -r -x .gitmodules $pathWithSubmodules $pathWithRelative' \
  'cp -R $pathWithSubmodules one; cp -R $pathWithRelative two; chmod -R u+w one two; rm one/.gitmodules two/.gitmodules; diff -r one two'
edit lang.sh "grepQuiet -E 'trace: { x" "grepQuiet 'trace: { x"
edit check.nix 'date +%s.%N > $out/date' 'head -c 9 /dev/urandom > $out/date' # busybox' date knows seconds alone

# The suites of meson's files and their tests.
for suite in main ca dyn-drv flakes git-hashing local-overlay-store; do
  case $suite in main) folder=. ;; *) folder=$suite ;; esac
  sed -n "/'tests' *:/,/]/s/.*'\(.*\.sh\)'.*/\1/p" $folder/meson.build | sed '/^test-libstoreconsumer\|^plugins/d' | while read -r test; do
    echo "$suite $folder \${test%.sh}"
  done
done >../tests
test "$(wc -l <../tests)" -gt 170

cat >../expected <<'.'
${withoutSuccess.map(({ test, ends }) => `${test} ${ends}`).join('\n')}
.

phase test
cat >../run.sh <<'.'
read -r suite folder test <<END
$1
END
cd "$folder"
export _NIX_TEST_SOURCE_DIR=/build/source/tests/functional _NIX_TEST_BUILD_DIR=/build/source/tests/functional TEST_NAME="$suite/$test" NIX_REMOTE= PS4='+($BASH_SOURCE:$LINENO) '
export shell=${bash}/bin/bash # as in nixpkgs' builds, where these tests run otherwise
status=0
timeout 300 bash -x -e -u -o pipefail "$test.sh" >"/build/logs/$suite-$test" 2>&1 </dev/null || status=$?
case $status in 0) ends=passes ;; 77) ends=skips ;; *) ends=fails ;; esac
echo "$suite/$test $ends"
.
mkdir /build/logs
tr '\n' '\0' <../tests | xargs -0 -n 1 -P "$NIX_BUILD_CORES" ash ../run.sh >../results
sort ../results -o ../results

# What ended otherwise than it should, with the end of what it said.
awk 'NR == FNR { expected[$1] = $2; next } { if ($2 != ($1 in expected ? expected[$1] : "passes")) print }' ../expected ../results >../surprises
if test -s ../surprises; then
  while read -r test ends; do
    echo "$test $ends:"
    tail -n 25 "/build/logs/$(echo "$test" | sed 's|/|-|')"
  done <../surprises
  exit 1
fi
count() { grep -c " $1$" ../results || true; }
echo "$(count passes) pass, $(count skips) skip, $(count fails) fail as they must" >"$out"
cat ../results >>"$out"
`,
    references: { allowed: [] },
  });
