import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { gnumake as makeOfTheAscent, ascentRecipe } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import { toolchain } from './crossing.ts';

/** A shell and the usual programs, by the last toolchain and by busybox' own makefiles: one static binary with many names. */
export const busybox = ascentRecipe({
  name: 'busybox',
  description: 'shell and 300 of the usual programs in one file',
  version: '1.38.0',
  path: [toolchain, makeOfTheAscent, stage1.protobusybox],
  script: sh`
phase unpack
bunzip2 -c ${sources.busybox} | tar -xf -
mv busybox-* busybox
shell_scripts busybox
cd busybox

# Three scripts skip two bytes with dd, which stage 1 has not.
mkdir ../bin
printf '#!%s\ntail -c +3\n' "$SHELL" >../bin/dd
chmod +x ../bin/dd
PATH="$PATH:/build/bin"

# A program looks for files of an earlier configuration, by a shell that a build has not. There is none.
edit scripts/basic/split-include.c 'popen("find * -type f -name \"*.h\" -print", "r")' 'fopen("/dev/null", "r")'
edit scripts/basic/split-include.c 'pclose(fp_find)' 'fclose(fp_find)'

# Its makefiles ask for gcc.
configured_make() { make HOSTCC='cc -static' CC=cc AR=ar NM=nm STRIP=strip OBJCOPY=objcopy "$@"; }

phase configure
export KCONFIG_NOTIMESTAMP=1 # programs would say when they were configured
configured_make defconfig
set_option() {
  sed -i "s/^CONFIG_$1=.*\|^# CONFIG_$1 is not set/CONFIG_$1=$2/" .config
  grep -q "^CONFIG_$1=$2$" .config
}
set_option STATIC y
set_option TC n # wants to know of a queue that Linux no longer has
yes '' | configured_make oldconfig >/dev/null

phase build
configured_make -j"$NIX_BUILD_CORES" busybox

phase install
mkdir -p "$out/bin"
cp busybox "$out/bin/"
for name in $(./busybox --list); do
  if [ "$name" != busybox ]; then ln -s busybox "$out/bin/$name"; fi
done
`,
  references: { allowed: [] },
  test: (self) => ({
    shell: sh`${self}/bin/ash`,
    path: [self],
    script: sh`
phase 'a shell, and programs that do what they are called'
test "$(printf 'b\na\n' | sort | tr '\n' ' ')" = 'a b '
test "$(seq 3 | awk '{ s += $1 } END { print s }')" = 6
test "$(echo 'scale=2; 7/2' | bc)" = 3.50
printf text >file
tar -c file | gzip | gunzip | tar -t | grep -qx file
test "$(sha256sum <file | cut -c1-8)" = 982d9e3e
ls -l file | grep -q '4 '
vi --help 2>&1 | grep -q BusyBox

phase 'no trace of when and where it was built'
if grep -F /build/ ${self}/bin/busybox; then exit 1; fi
busybox | head -1 | grep -q '^BusyBox v1.38.0 () multi-call binary'
mkdir "$out"
`,
  }),
});
