import { sh, source } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** A compression of the web. One library of three: common, decoder, encoder. */
export const brotli: Define = () => ({
  source: source({
    name: 'brotli',
    version: '1.2.0',
    size: 646398,
    sha256: 'eb5f7dadf215d0670665fd81566e1fe2dfdc154d983f09142de7299df4c182e6',
    debian: 'pool/main/b/brotli/brotli_1.2.0.orig.tar.gz',
    licence: 'MIT',
    homepage: 'https://github.com/google/brotli',
    releases: 'https://github.com/google/brotli/releases',
  }),
  description: 'compression of brotli',
  style: archive({
    files: 'c/common/*.c c/dec/*.c c/enc/*.c',
    flags: '-Ic/include',
    library: 'libbrotli.a',
    include: 'c/include',
  }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <string.h>
static uint8_t in[100000], packed[110000], out[100000];
int main (void)
{
  /* RFC 7932: this byte is a whole stream, of nothing */
  size_t whole = sizeof out;
  if (BrotliDecoderDecompress (1, (const uint8_t *) "\x06", &whole, out) != BROTLI_DECODER_RESULT_SUCCESS || whole) return 1;
  for (unsigned i = 0; i < sizeof in; i++) in[i] = "the time of their lives, and of others "[i * 7 % 39];
  for (int quality = 0; quality <= 11; quality++)
    {
      size_t length = sizeof packed;
      whole = sizeof out;
      if (!BrotliEncoderCompress (quality, 22, BROTLI_MODE_GENERIC, sizeof in, in, &length, packed) || length > 5000) return 2;
      if (BrotliDecoderDecompress (length, packed, &whole, out) != BROTLI_DECODER_RESULT_SUCCESS) return 3;
      if (whole != sizeof in || memcmp (in, out, whole)) return 4;
      whole = sizeof out;
      if (BrotliDecoderDecompress (length - 1, packed, &whole, out) == BROTLI_DECODER_RESULT_SUCCESS) return 5;
    }
  return 0;
}
.
phase 'back and forth at every quality; what is cut short is noticed'
$CC try.c -lbrotli -lm -o try
./try
`,
  },
});
