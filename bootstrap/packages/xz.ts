import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** What caches of Nix are compressed with by default. */
export const xz: Define = () => ({
  source: source({
    name: 'xz',
    version: '5.8.1',
    size: 1461872,
    sha256: '0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e',
    debian: 'pool/main/x/xz-utils/xz-utils_5.8.1.orig.tar.xz',
    urls: ['https://github.com/tukaani-project/xz/releases/download/v5.8.1/xz-5.8.1.tar.xz'],
    licence: '0BSD',
    homepage: 'https://tukaani.org/xz/',
    releases: 'https://github.com/tukaani-project/xz/releases',
  }),
  description: 'compression of xz',
  style: autotools({
    flags: ['--disable-doc', '--disable-lzmadec', '--disable-lzmainfo', '--disable-scripts', '--disable-xzdec'],
    folders: ['src'],
  }),
  test: {
    script: sh`
phase 'back and forth, by the program and by the shell of the build'
yes 'some text' | head -c 300000 >text
xz -9 -T2 -c text >text.xz
test "$(wc -c <text.xz)" -lt 1000
unxz -c text.xz | cmp - text
xz -dc text.xz | cmp - text

phase 'the library; damage is noticed'
cat >try.c <<'.'
#include <lzma.h>
#include <string.h>
static uint8_t in[100000], packed[110000], out[100000];
int main (void)
{
  size_t length = 0, at = 0, whole = 0;
  uint64_t limit = UINT64_MAX;
  if (lzma_crc64 ((const uint8_t *) "123456789", 9, 0) != 0x995dc9bbdf1939fa) return 1;
  for (unsigned i = 0; i < sizeof in; i++) in[i] = i * i % 251;
  if (lzma_easy_buffer_encode (6, LZMA_CHECK_CRC64, 0, in, sizeof in, packed, &length, sizeof packed) != LZMA_OK) return 2;
  if (lzma_stream_buffer_decode (&limit, 0, 0, packed, &at, length, out, &whole, sizeof out) != LZMA_OK) return 3;
  if (whole != sizeof in || memcmp (in, out, whole)) return 4;
  packed[length / 2] ^= 1;
  at = whole = 0;
  return lzma_stream_buffer_decode (&limit, 0, 0, packed, &at, length, out, &whole, sizeof out) == LZMA_OK ? 5 : 0;
}
.
$CC try.c -llzma -o try
./try
`,
  },
});
