import { sh, source } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** What is unpacked fastest. The library alone, without formats of before 1.0. */
export const zstd: Define = () => ({
  source: source({
    name: 'zstd',
    version: '1.5.7',
    size: 1834780,
    sha256: '0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5',
    debian: 'pool/main/libz/libzstd/libzstd_1.5.7+dfsg.orig.tar.xz',
    licence: 'BSD-3-Clause OR GPL-2.0-only',
    homepage: 'https://facebook.github.io/zstd/',
    releases: 'https://github.com/facebook/zstd/releases',
    changedByDebian: 'files that Debian may not ship are left out',
  }),
  description: 'compression of zstd',
  prepare: sh`
mkdir ../headers
cp lib/*.h ../headers/
`,
  style: archive({
    files: 'lib/common/*.c lib/compress/*.c lib/decompress/*.c lib/decompress/*.S lib/dictBuilder/*.c',
    flags: '-DZSTD_MULTITHREAD -DZSTD_LEGACY_SUPPORT=0 -DXXH_NAMESPACE=ZSTD_',
    library: 'libzstd.a',
    include: '../headers',
  }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <string.h>
#include <zstd.h>
static char in[300000], packed[400000], out[300000];
int main (void)
{
  for (unsigned i = 0, n = 1; i < sizeof in; i++) in[i] = i % 90 < 45 ? 'a' + i % 7 : (n = n * 1103515245 + 12345) >> 24;
  for (int level = -3; level <= 19; level += 4)
    for (int workers = 0; workers < 3; workers += 2)
      {
        ZSTD_CCtx *c = ZSTD_createCCtx ();
        if (ZSTD_isError (ZSTD_CCtx_setParameter (c, ZSTD_c_compressionLevel, level))) return 1;
        if (ZSTD_isError (ZSTD_CCtx_setParameter (c, ZSTD_c_nbWorkers, workers))) return 2; /* has no threads, then */
        ZSTD_CCtx_setParameter (c, ZSTD_c_checksumFlag, 1);
        size_t length = ZSTD_compress2 (c, packed, sizeof packed, in, sizeof in);
        if (ZSTD_isError (length) || length > sizeof in * 3 / 4) return 3;
        if (ZSTD_decompress (out, sizeof out, packed, length) != sizeof in || memcmp (in, out, sizeof in)) return 4;
        packed[length / 2] ^= 1;
        if (!ZSTD_isError (ZSTD_decompress (out, sizeof out, packed, length))) return 5;
        ZSTD_freeCCtx (c);
      }
  /* a frame as the specification has it: no compression, five bytes */
  static const unsigned char frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0, 'z', 'i', 'l', 'c', 'h' };
  if (ZSTD_decompress (out, sizeof out, frame, sizeof frame) != 5 || memcmp (out, "zilch", 5)) return 6;
  return ZSTD_versionNumber () == 10507 ? 0 : 7;
}
.
phase 'back and forth, with threads and without; damage is noticed'
$CC try.c -lzstd -o try
./try
`,
  },
});
