import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Ed25519, with which Nix signs. */
export const libsodium: Define = () => ({
  source: source({
    name: 'libsodium',
    version: '1.0.22',
    size: 2269468,
    sha256: '5838bb0c3da6148c24ebe531d1ed1297de9a87aea77d426bcd99f289e681631c',
    debian: 'pool/main/libs/libsodium/libsodium_1.0.22.orig.tar.gz',
    licence: 'ISC',
    homepage: 'https://libsodium.org/',
    releases: 'https://github.com/jedisct1/libsodium/releases',
  }),
  description: 'signatures and encryption',
  style: autotools({ folders: ['src'] }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <sodium.h>
#include <string.h>
int main (void)
{
  /* the second of the test vectors of RFC 8032, 7.1 */
  static const char seed[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
  static const char public_[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  static const char signature[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
  unsigned char s[32], pk[32], sk[64], sig[64], out[64];
  char hex[129];
  unsigned long long length;
  if (sodium_init () < 0) return 1;
  sodium_hex2bin (s, sizeof s, seed, strlen (seed), 0, 0, 0);
  crypto_sign_seed_keypair (pk, sk, s);
  if (strcmp (sodium_bin2hex (hex, sizeof hex, pk, 32), public_)) return 2;
  crypto_sign_detached (sig, &length, (const unsigned char *) "\x72", 1, sk);
  if (length != 64 || strcmp (sodium_bin2hex (hex, sizeof hex, sig, 64), signature)) return 3;
  if (crypto_sign_verify_detached (sig, (const unsigned char *) "\x72", 1, pk)) return 4;
  if (!crypto_sign_verify_detached (sig, (const unsigned char *) "\x73", 1, pk)) return 5;
  crypto_hash_sha512 (out, (const unsigned char *) "abc", 3);
  if (out[0] != 0xdd || out[63] != 0x9f) return 6;
  randombytes_buf (s, sizeof s);
  randombytes_buf (pk, sizeof pk);
  return memcmp (s, pk, sizeof s) ? 0 : 7;
}
.
phase 'signatures as RFC 8032 has them, and what they refuse'
$CC try.c -lsodium -o try
./try
`,
  },
});
