import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { gnumake as makeOfTheAscent, ascentRecipe } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import { toolchain } from './crossing.ts';

/** A shell and the usual programs, by the last toolchain and by busybox' own makefiles: one static binary with many names. */
export const busybox = ascentRecipe({
  name: 'busybox',
  version: '1.37.0',
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

phase configure
export KCONFIG_NOTIMESTAMP=1 # programs would say when they were configured
make defconfig HOSTCC='cc -static'
set_option() {
  sed -i "s/^CONFIG_$1=.*\|^# CONFIG_$1 is not set/CONFIG_$1=$2/" .config
  grep -q "^CONFIG_$1=$2$" .config
}
set_option STATIC y
yes '' | make oldconfig HOSTCC='cc -static' >/dev/null

phase build
make -j"$NIX_BUILD_CORES" HOSTCC='cc -static' CC=cc AR=ar NM=nm STRIP=strip OBJCOPY=objcopy busybox

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
busybox | head -1 | grep -q '^BusyBox v1.37.0 () multi-call binary'
mkdir "$out"
`,
  }),
});
