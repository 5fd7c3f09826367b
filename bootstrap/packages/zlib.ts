import { sh, source } from 'zilch';
import { makefile } from '../package/index.ts';
import type { Define } from './define.ts';

/** gzip's compression as a library. */
export const zlib: Define = () => ({
  source: source({
    name: 'zlib',
    version: '1.3.1',
    size: 1325737,
    sha256: '60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb',
    debian: 'pool/main/z/zlib/zlib_1.3.dfsg+really1.3.1.orig.tar.gz',
    licence: 'Zlib',
    homepage: 'https://zlib.net/',
    releases: 'https://github.com/madler/zlib/releases',
    changedByDebian: 'most of contrib/ is left out',
  }),
  description: 'compression of gzip and zip',
  style: makefile({ configure: sh`./configure --static --prefix=/nowhere`, targets: ['libz.a'] }),
  test: {
    script: sh`
phase 'known sums; back and forth at every level; damage is noticed'
cat >try.c <<'.'
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
static unsigned char in[200000], packed[210000], out[200000];
int main (void)
{
  if (crc32 (0, (const Bytef *) "123456789", 9) != 0xcbf43926 || adler32 (1, (const Bytef *) "Wikipedia", 9) != 0x11e60398) return 1;
  for (unsigned i = 0, n = 1; i < sizeof in; i++) in[i] = i % 100 < 50 ? 'a' + i % 7 : (n = n * 1103515245 + 12345) >> 16;
  for (int level = 0; level <= 9; level++)
    {
      uLongf length = sizeof packed, whole = sizeof out;
      if (compress2 (packed, &length, in, sizeof in, level) != Z_OK || (level && length > sizeof in * 3 / 4)) return 2;
      if (uncompress (out, &whole, packed, length) != Z_OK || whole != sizeof in || memcmp (in, out, whole)) return 3;
      packed[length / 2] ^= 4;
      whole = sizeof out;
      if (uncompress (out, &whole, packed, length) == Z_OK) return 4;
    }
  return strcmp (zlibVersion (), "1.3.1") ? 5 : 0;
}
.
$CC try.c -lz -o try
./try

phase 'gzip files that another program reads, and the reverse'
printf '#include <zlib.h>\nint main (void) { gzFile f = gzopen ("own.gz", "wb9"); char b[6] = ""; gzputs (f, "by zlib\\n"); gzclose (f); f = gzopen ("other.gz", "rb"); return gzread (f, b, 5) == 5 && b[4] == 0x72 ? 0 : 1; }\n' >files.c
printf other | gzip >other.gz
$CC files.c -lz -o files
./files
test "$(gunzip -c own.gz)" = 'by zlib'
`,
  },
});
