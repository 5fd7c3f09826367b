import { sh, source } from 'zilch';
import { makefile } from '../package/index.ts';
import type { Define } from './define.ts';

const tarball = source({
  name: 'bzip2',
  version: '1.0.8',
  size: 810029,
  sha256: 'ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269',
  debian: 'pool/main/b/bzip2/bzip2_1.0.8.orig.tar.gz',
  urls: ['https://sourceware.org/pub/bzip2/bzip2-1.0.8.tar.gz'],
  licence: 'bzip2-1.0.6',
  homepage: 'https://sourceware.org/bzip2/',
  releases: 'https://sourceware.org/pub/bzip2/',
});

/** What Nix compresses its logs with. */
export const bzip2: Define = () => ({
  source: tarball,
  description: 'compression of bzip2',
  style: makefile({
    make: ['CC="$CC"', 'CFLAGS="$CFLAGS -D_FILE_OFFSET_BITS=64"'],
    targets: ['libbz2.a', 'bzip2'],
    install: sh`
mkdir -p "$out/bin" "$out/lib" "$out/include"
cp bzip2 "$out/bin/"
ln -s bzip2 "$out/bin/bunzip2"
cp libbz2.a "$out/lib/"
cp bzlib.h "$out/include/"
`,
  }),
  test: {
    script: sh`
phase 'what it comes with, compressed and as it was'
take ${tarball} bzip2
for n in 1 2 3; do
  level=$n
  bzip2 -$level <bzip2/sample$n.ref | cmp - bzip2/sample$n.bz2
  bunzip2 <bzip2/sample$n.bz2 | cmp - bzip2/sample$n.ref
done

phase 'the library; damage is noticed'
cat >try.c <<'.'
#include <bzlib.h>
#include <string.h>
static char in[100000], packed[110000], out[100000];
int main (void)
{
  unsigned length = sizeof packed, whole = sizeof out;
  for (unsigned i = 0; i < sizeof in; i++) in[i] = i * i % 251;
  if (BZ2_bzBuffToBuffCompress (packed, &length, in, sizeof in, 9, 0, 0) != BZ_OK) return 1;
  if (BZ2_bzBuffToBuffDecompress (out, &whole, packed, length, 0, 0) != BZ_OK || whole != sizeof in || memcmp (in, out, whole)) return 2;
  packed[length / 2] ^= 1;
  whole = sizeof out;
  return BZ2_bzBuffToBuffDecompress (out, &whole, packed, length, 0, 0) == BZ_OK ? 3 : 0;
}
.
$CC try.c -lbz2 -o try
./try
`,
  },
});
