import { sh } from 'zilch';
import { ascentRecipe } from '../2a-ascent/index.ts';
import { busybox, portableToolchain, toolchainPython } from '../2b-crossing/index.ts';
import type { Package } from '../package/index.ts';

/** A download of more than this is too much for those who only want to look. */
export const MOST_BYTES = 60 * 1024 * 1024;

/**
 * The portable toolchain as one file, to be published beside its hash: whoever makes it again gets the same bytes. It is compressed by xz,
 * which busybox' tar reads, too; gzip makes it larger by half. One thread, because xz writes other bytes with several.
 */
export const toolchainArchive = (xz: Package) =>
  ascentRecipe({
    name: 'toolchain-x86_64-linux-musl.tar.xz',
    description: 'the portable toolchain as a tarball',
    path: [toolchainPython, xz, busybox],
    script: sh`
# Python's tarfile takes files in the order of their names; whose they are, and since when, is the machine's business.
cat >archive.py <<'.'
import sys, tarfile
def anywhere(entry):
    tar.inodes.clear() # which equal files are one on disk is the store's business, too
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ''
    entry.mtime = 1
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry
tree, archive = sys.argv[1:]
with tarfile.open(archive, 'w', format=tarfile.USTAR_FORMAT) as tar:
    tar.add(tree, 'toolchain', filter=anywhere)
.
python3 archive.py ${portableToolchain} toolchain.tar
xz -6 -T1 <toolchain.tar >"$out"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [busybox],
      script: sh`
test "$(wc -c <${self})" -le ${MOST_BYTES}
mkdir some
tar -xJf ${self} -C some
contents() {
  cd "$1"
  find . -type f -exec sha256sum {} + | sort
  find . -type l | sort | while read -r link; do echo "$link: $(readlink "$link")"; done
  cd /build
}
contents ${portableToolchain} >expected
contents some/toolchain >found
cmp expected found
test "$(wc -l <found)" -gt 1000
test -x some/toolchain/bin/clang
test -w some/toolchain/bin/clang.cfg
printf '#include <cstdio>\nint main () { std::puts ("right"); }\n' >try.cc
some/toolchain/bin/c++ -Werror try.cc -o try
test "$(./try)" = right
mkdir "$out"
`,
    }),
  });
