import { local, recipe, sh, text } from 'zilch';
import { busybox } from '../sources.ts';
import { protobusybox, tinycc } from './index.ts';

/**
 * Shell functions for both suites. The tests that fail must be exactly those listed: one that no longer fails is a line to
 * delete, and one that fails anew is a defect of the shell that all later recipes run in.
 */
const prelude = sh`
phase() { printf '@nix {"action":"setPhase","phase":"%s"}\n' "$1" >&2; }

# Busybox' tests, changed to ask for our shell; and in .config, which they read, what protobusybox.h turns on.
unpack_tests() {
  phase unpack
  bunzip2 -c ${busybox} | tar -xf -
  mv busybox-* busybox
  cd busybox
  {
    sed -n '/protobusybox_options/,/NULL};/p' ${local(import.meta.url, './protobusybox.h')} | sed 's|/\*.*||' | grep -o '"[A-Za-z0-9_]*' | tr -d '"'
    ls ${protobusybox}/bin | tr a-z A-Z | grep -v '\['
  } | sort -u >on
  find . -name '*.c' -o -name 'Config*' | xargs grep -hoE '^(//config:)?config [A-Za-z0-9_]+' | sed 's/.*config //' | sort -u >all
  sed 's/.*/CONFIG_&=y/' on >.config
  comm -23 all on | sed 's/.*/# CONFIG_& is not set/' >>.config
  # Tests call all of busybox by its name. gzip's wants a large file of that name.
  mkdir programs
  ln -s ${protobusybox}/bin/* programs/
  { printf '#!%s\nprogram=$1\nshift\nexec "$program" "$@"\n' ${protobusybox}/bin/ash; cat shell/ash.c; } >busybox
  chmod +x busybox
  cp busybox programs/
}

# compare KNOWN PASSED LEAST: the names in the file "failures" must be those in KNOWN; and LEAST tests must have passed, for
# a suite that stops half-way fails nowhere.
compare() {
  phase compare
  sed 's/ *#.*//; /^$/d' "$1" | sort >known
  sort -u failures >failed
  echo "$2 tests passed, $(wc -l <failed) failed, $(wc -l <known) are known to"
  if ! cmp -s known failed; then
    cat why
    diff known failed
    exit 1
  fi
  test "$2" -ge "$3"
  mkdir "$out"
}
`;

const common = { shell: text`${protobusybox}/bin/ash`, prelude };

/** Busybox' own tests of its programs. */
export const protobusyboxSuite = recipe({
  ...common,
  name: 'protobusybox-suite',
  description: "busybox's own tests, with those that fail listed",
  path: [protobusybox],
  script: sh`
unpack_tests
cd testsuite
sed -i '1s|^#! */bin/sh.*|#!${protobusybox}/bin/ash|' *.tests
# It would link all names to one busybox, beside which it looks for them.
edited="$(sed '/^rm -rf "$LINKSDIR"/d' runtest)"
test "$edited" != "$(cat runtest)"
echo "$edited" >runtest
cp -R ../programs ../runtest-tempdir-links

phase run
names="$(ls | sed 's/\.tests$//' | sort -u | while read -r name; do
  if [ -e "${protobusybox}/bin/$name" ]; then echo "$name"; fi
done)"
VERBOSE=1 ash ./runtest $names >why 2>&1 || true
sed -n 's/^FAIL: //p' why >failures
compare ${local(import.meta.url, './suites/busybox.txt')} "$(grep -c ^PASS: why)" 680
`,
});

/** Ash's own tests. */
export const ashSuite = recipe({
  ...common,
  name: 'ash-suite',
  description: "the tests of busybox's shell, with those that fail listed",
  path: [protobusybox, tinycc],
  script: sh`
unpack_tests
cd shell/ash_test
mkdir ../../tools
for tool in printenv recho zecho; do cc -w $tool.c -o ../../tools/$tool; done
sed -i -e 's|/bin/echo|${protobusybox}&|g' -e 's|/bin/true|${protobusybox}&|g' */*.tests
export THIS_SH=${protobusybox}/bin/ash PATH="$PWD/../../tools:$PWD/../../programs:$PATH"
while read -r setting; do
  case $setting in CONFIG_*) export "$setting" ;; esac
done <../../.config

# Which of two processes is faster decides about these: whether a signal comes before the next command, who writes first.
rm ash-misc/exitcode_trap[26].tests ash-psubst/bash_procsub.tests

# one TEST: tries it in a directory of its own, three times, for a few others depend on time when the machine is busy.
cat >one <<'.'
#!${protobusybox}/bin/ash
directory="$(mktemp -d)"
for attempt in 1 2 3; do
  rm -rf "$directory"
  cp -R "$(dirname "$1")" "$directory"
  cd "$directory"
  status=0
  ash "./$(basename "$1")" 2>&1 </dev/null | sed "/: invalid option /s:'::g" >actual || status=$?
  if cmp -s actual "$(basename "$1" .tests).right"; then
    echo "$1" >>/build/passed
    rm -rf "$directory"
    exit
  fi
  cd - >/dev/null
done
echo "$1" | sed 's/\.tests$//' >>/build/failures
{ echo "== $1"; diff -u "$directory/actual" "$directory/$(basename "$1" .tests).right" || true; } >>/build/why
.
chmod +x one

phase run
touch /build/passed /build/failures /build/why
find ash-* -name '*.tests' -perm -100 | sort | while read -r test; do
  if [ -e "\${test%.tests}.right" ]; then echo "$test"; fi
done | xargs -P "$((NIX_BUILD_CORES * 4))" -n 1 ./one
cd /build
compare ${local(import.meta.url, './suites/ash.txt')} "$(wc -l <passed)" 350
`,
});
