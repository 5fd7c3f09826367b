/* The functions that hash.cc calls, under the names they have in OpenSSL: by mbedtls, and SHA-256 by the processor's instructions. */
#pragma once
#include <cstdlib>
#include <cstring>
#include <mbedtls/md5.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha512.h>
#include <sha256-blocks.h>

using MD5_CTX = mbedtls_md5_context;
using SHA_CTX = mbedtls_sha1_context;
using SHA512_CTX = mbedtls_sha512_context;

struct SHA256_CTX
{
    uint32_t state[8];
    uint64_t size; // in bytes, so far
    unsigned char block[64]; // its first size % 64 bytes are still to be hashed
};

/* mbedtls' fail only where a device does the work. */
static inline void done(int failed)
{
    if (failed != 0) abort();
}

static inline void MD5_Init(MD5_CTX * c) { mbedtls_md5_init(c); done(mbedtls_md5_starts(c)); }
static inline void MD5_Update(MD5_CTX * c, const void * data, size_t size) { done(mbedtls_md5_update(c, (const unsigned char *) data, size)); }
static inline void MD5_Final(unsigned char * hash, MD5_CTX * c) { done(mbedtls_md5_finish(c, hash)); }

static inline void SHA1_Init(SHA_CTX * c) { mbedtls_sha1_init(c); done(mbedtls_sha1_starts(c)); }
static inline void SHA1_Update(SHA_CTX * c, const void * data, size_t size) { done(mbedtls_sha1_update(c, (const unsigned char *) data, size)); }
static inline void SHA1_Final(unsigned char * hash, SHA_CTX * c) { done(mbedtls_sha1_finish(c, hash)); }

static inline void SHA512_Init(SHA512_CTX * c) { mbedtls_sha512_init(c); done(mbedtls_sha512_starts(c, 0)); }
static inline void SHA512_Update(SHA512_CTX * c, const void * data, size_t size) { done(mbedtls_sha512_update(c, (const unsigned char *) data, size)); }
static inline void SHA512_Final(unsigned char * hash, SHA512_CTX * c) { done(mbedtls_sha512_finish(c, hash)); }

/* FIPS 180-4 around the blocks. */
static inline void SHA256_Init(SHA256_CTX * c)
{
    *c = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, 0, {}};
}

static inline void SHA256_Update(SHA256_CTX * c, const void * data, size_t size)
{
    auto from = (const unsigned char *) data;
    size_t waiting = c->size % 64;
    if (size == 0) return;
    c->size += size;
    if (waiting > 0) {
        size_t missing = 64 - waiting, taken = size < missing ? size : missing;
        memcpy(c->block + waiting, from, taken);
        if (taken < missing) return;
        sha256_blocks(c->state, c->block, 1);
        from += taken;
        size -= taken;
    }
    sha256_blocks(c->state, from, size / 64);
    memcpy(c->block, from + size / 64 * 64, size % 64);
}

static inline void SHA256_Final(unsigned char * hash, SHA256_CTX * c)
{
    uint64_t bits = c->size * 8;
    size_t waiting = c->size % 64, zeros = (waiting < 56 ? 56 : 120) - waiting;
    unsigned char end[72] = {0x80};
    for (int i = 0; i < 8; i++) end[zeros + i] = bits >> (56 - 8 * i);
    SHA256_Update(c, end, zeros + 8);
    for (int i = 0; i < 32; i++) hash[i] = c->state[i / 4] >> (24 - 8 * (i % 4));
}
