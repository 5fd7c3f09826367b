import { sh, source } from 'zilch';
import { makefile } from '../package/index.ts';
import type { Define } from './define.ts';

/** TLS, certificates and hashes. The generated files that its build would want perl and python for lie in the tarball. */
export const mbedtls: Define = () => ({
  source: source({
    name: 'mbedtls',
    version: '3.6.7',
    size: 5473689,
    sha256: 'a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6',
    debian: 'pool/main/m/mbedtls/mbedtls_3.6.7.orig.tar.bz2',
    urls: ['https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-3.6.7/mbedtls-3.6.7.tar.bz2'],
    licence: 'Apache-2.0 OR GPL-2.0-or-later',
    homepage: 'https://www.trustedfirmware.org/projects/mbed-tls/',
    releases: 'https://github.com/Mbed-TLS/mbedtls/releases',
  }),
  description: 'TLS, certificates, hashes',
  edits: [
    {
      file: 'include/mbedtls/mbedtls_config.h',
      why: 'Programs that use it have threads.',
      old: '//#define MBEDTLS_THREADING_C\n',
      new: '#define MBEDTLS_THREADING_C\n',
    },
    {
      file: 'include/mbedtls/mbedtls_config.h',
      why: 'And these are of pthreads.',
      old: '//#define MBEDTLS_THREADING_PTHREAD\n',
      new: '#define MBEDTLS_THREADING_PTHREAD\n',
    },
  ],
  style: makefile({
    make: ['-C', 'library', 'GEN_FILES=', 'CC="$CC"', 'CFLAGS="$CFLAGS"'],
    targets: ['static'],
    install: sh`
mkdir -p "$out/lib" "$out/include"
cp library/*.a "$out/lib/"
cp -R include/mbedtls include/psa "$out/include/"
`,
  }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <mbedtls/aes.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md5.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <stdio.h>
#include <string.h>
static int is (const unsigned char *bytes, const char *hex)
{
  char text[200];
  for (unsigned i = 0; i < strlen (hex) / 2; i++) sprintf (text + 2 * i, "%02x", bytes[i]);
  return !strcmp (text, hex);
}
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_;
static int signs (mbedtls_pk_context *key)
{
  unsigned char hash[32] = { 1, 2, 3 }, signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
  size_t length;
  if (mbedtls_pk_sign (key, MBEDTLS_MD_SHA256, hash, sizeof hash, signature, sizeof signature, &length, mbedtls_ctr_drbg_random, &random_)) return 0;
  if (mbedtls_pk_verify (key, MBEDTLS_MD_SHA256, hash, sizeof hash, signature, length)) return 0;
  hash[0] ^= 1;
  return mbedtls_pk_verify (key, MBEDTLS_MD_SHA256, hash, sizeof hash, signature, length) != 0;
}
int main (void)
{
  unsigned char out[64];
  const unsigned char *abc = (const unsigned char *) "abc";
  mbedtls_md5 (abc, 3, out);
  if (!is (out, "900150983cd24fb0d6963f7d28e17f72")) return 1;
  mbedtls_sha1 (abc, 3, out);
  if (!is (out, "a9993e364706816aba3e25717850c26c9cd0d89d")) return 2;
  mbedtls_sha256 (abc, 3, out, 0);
  if (!is (out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")) return 3;
  mbedtls_sha512 (abc, 3, out, 0);
  if (!is (out, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")) return 4;
  mbedtls_aes_context aes; /* the example of FIPS 197 */
  unsigned char key[16], block[16];
  for (int i = 0; i < 16; i++) key[i] = i, block[i] = i * 17;
  mbedtls_aes_init (&aes);
  mbedtls_aes_setkey_enc (&aes, key, 128);
  mbedtls_aes_crypt_ecb (&aes, MBEDTLS_AES_ENCRYPT, block, out);
  if (!is (out, "69c4e0d86a7b0430d8cdb78070b4c55a")) return 5;

  mbedtls_entropy_init (&entropy);
  mbedtls_ctr_drbg_init (&random_);
  if (mbedtls_ctr_drbg_seed (&random_, mbedtls_entropy_func, &entropy, 0, 0)) return 6;
  mbedtls_pk_context ec, rsa;
  mbedtls_pk_init (&ec);
  mbedtls_pk_init (&rsa);
  if (mbedtls_pk_setup (&ec, mbedtls_pk_info_from_type (MBEDTLS_PK_ECKEY))) return 7;
  if (mbedtls_ecp_gen_key (MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec (ec), mbedtls_ctr_drbg_random, &random_) || !signs (&ec)) return 8;
  if (mbedtls_pk_setup (&rsa, mbedtls_pk_info_from_type (MBEDTLS_PK_RSA))) return 9;
  if (mbedtls_rsa_gen_key (mbedtls_pk_rsa (rsa), mbedtls_ctr_drbg_random, &random_, 1024, 65537) || !signs (&rsa)) return 10;
  return 0;
}
.
phase 'hashes and AES with known answers; signatures, and what they refuse'
$CC try.c -lmbedtls -lmbedx509 -lmbedcrypto -o try
./try
`,
  },
});
