import { sh, source } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** What cmake would find out about this system, and which of its parts are used. */
const FEATURES = [
  'THREADS ARCH_64 USE_NSEC USE_STAT_MTIM USE_FUTIMENS IO_POLL IO_SELECT QSORT_GNU RAND_GETENTROPY RAND_GETLOADAVG',
  'REGEX_REGCOMP SHA1_COLLISIONDETECT SHA256_BUILTIN COMPRESSION_ZLIB',
].join(' ');

/**
 * Git repositories. Without HTTP, for which Debian's tarball has no parser: Nix fetches by the git program, and reads with this. All of it is
 * compiled without cmake, from a list of features.
 */
export const libgit2: Define = ({ zlib }) => ({
  source: source({
    name: 'libgit2',
    version: '1.9.0',
    size: 4314236,
    sha256: '08f1f9137c4804ac4be4748f7141f8a6a9b7a12c942ac2fd4db5a28f8b65caa2',
    debian: 'pool/main/libg/libgit2/libgit2_1.9.0+ds.orig.tar.xz',
    licence: 'GPL-2.0-only WITH GCC-exception-2.0',
    homepage: 'https://libgit2.org/',
    releases: 'https://github.com/libgit2/libgit2/releases',
    changedByDebian: 'copies of other libraries are left out: of an HTTP parser, of PCRE, of zlib',
  }),
  description: 'Git repositories in a library',
  inputs: [zlib],
  edits: [
    {
      file: 'src/libgit2/transport.c',
      why: 'There is no HTTP.',
      old: 'static git_smart_subtransport_definition http_subtransport_definition = { git_smart_subtransport_http, 1, NULL };\n',
      new: '',
    },
    {
      file: 'src/libgit2/transport.c',
      why: 'There is no HTTP.',
      old: '	{ "http://",  git_transport_smart, &http_subtransport_definition },\n	{ "https://", git_transport_smart, &http_subtransport_definition },\n',
      new: '',
    },
    { file: 'src/libgit2/settings.c', why: 'There is no HTTP.', old: 'git_http__expect_continue = (va_arg(ap, int) != 0);', new: 'error = -1;' },
  ],
  prepare: sh`
for feature in ${FEATURES}; do echo "#define GIT_$feature 1"; done >src/util/git2_features.h
(cd src/libgit2/transports && rm http.c httpclient.c httpparser.c winhttp.c)
`,
  style: archive({
    files:
      'src/libgit2/*.c src/libgit2/streams/*.c src/libgit2/transports/*.c src/util/*.c src/util/unix/*.c src/util/allocators/*.c ' +
      'src/util/hash/builtin.c src/util/hash/collisiondetect.c src/util/hash/rfc6234/*.c src/util/hash/sha1dc/*.c deps/xdiff/*.c',
    flags:
      '-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DSHA1DC_NO_STANDARD_INCLUDES=1 \'-DSHA1DC_CUSTOM_INCLUDE_SHA1_C="git2_util.h"\' ' +
      '\'-DSHA1DC_CUSTOM_INCLUDE_UBC_CHECK_C="git2_util.h"\' -Iinclude -Isrc/util -Isrc/libgit2 -Ideps/xdiff',
    library: 'libgit2.a',
    include: 'include',
  }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <git2.h>
#include <stdio.h>
#include <string.h>
#define MUST(call) do { if ((call) < 0) { fprintf (stderr, "%s: %s\n", #call, git_error_last () ? git_error_last ()->message : "?"); return 1; } } while (0)
int main (void)
{
  git_repository *repository;
  git_signature *who;
  git_oid blob, tree, commit, found;
  git_treebuilder *builder;
  git_tree *t;
  char hex[41] = "";
  MUST (git_libgit2_init ());
  MUST (git_repository_init (&repository, "repo", 0));
  MUST (git_blob_create_from_buffer (&blob, repository, "text\n", 5));
  git_oid_tostr (hex, sizeof hex, &blob);
  if (strcmp (hex, "8e27be7d6154a1f68ea9160ef0e18691d20560dc")) return 2; /* as git hash-object has it */
  MUST (git_treebuilder_new (&builder, repository, 0));
  MUST (git_treebuilder_insert (0, builder, "file", &blob, GIT_FILEMODE_BLOB));
  MUST (git_treebuilder_write (&tree, builder));
  MUST (git_signature_new (&who, "A", "a@b", 1, 0));
  MUST (git_tree_lookup (&t, repository, &tree));
  MUST (git_commit_create (&commit, repository, "HEAD", who, who, 0, "one", t, 0, 0));
  git_oid_tostr (hex, sizeof hex, &commit);
  puts (hex);
  MUST (git_reference_name_to_id (&found, repository, "HEAD"));
  if (git_oid_cmp (&found, &commit)) return 3;
  MUST (git_checkout_head (repository, &(git_checkout_options) { .version = 1, .checkout_strategy = GIT_CHECKOUT_FORCE }));
  git_repository *copy; /* over the local transport, with a pack */
  MUST (git_clone (&copy, "repo", "copy", 0));
  MUST (git_reference_name_to_id (&found, copy, "HEAD"));
  if (git_oid_cmp (&found, &commit)) return 4;
  if (git_clone (&copy, "https://127.0.0.1/x", "other", 0) >= 0) return 5;
  return 0;
}
.
phase 'a repository with a commit, and a clone of it'
$CC try.c -lgit2 -lz -lpthread -o try
test "$(HOME="$PWD" ./try)" = b8df7194381720a34f99897d1e020affbdd54123 # the commit's name by git itself
test "$(cat repo/file copy/file)" = "$(printf 'text\ntext')"
`,
  },
});
