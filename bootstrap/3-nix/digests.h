/* The functions that hash.cc calls, under the names they have in OpenSSL: by mbedtls, and SHA-256 by sha256.c. */
#pragma once
#include <mbedtls/md5.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha512.h>
#include "sha256.h"

using MD5_CTX = mbedtls_md5_context;
using SHA_CTX = mbedtls_sha1_context;
using SHA256_CTX = sha256;
using SHA512_CTX = mbedtls_sha512_context;

/* mbedtls' fail only where a processor of its own does the work. */
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

static inline void SHA256_Init(SHA256_CTX * c) { sha256_start(c); }
static inline void SHA256_Update(SHA256_CTX * c, const void * data, size_t size) { sha256_update(c, data, size); }
static inline void SHA256_Final(unsigned char * hash, SHA256_CTX * c) { sha256_finish(c, hash); }

static inline void SHA512_Init(SHA512_CTX * c) { mbedtls_sha512_init(c); done(mbedtls_sha512_starts(c, 0)); }
static inline void SHA512_Update(SHA512_CTX * c, const void * data, size_t size) { done(mbedtls_sha512_update(c, (const unsigned char *) data, size)); }
static inline void SHA512_Final(unsigned char * hash, SHA512_CTX * c) { done(mbedtls_sha512_finish(c, hash)); }
