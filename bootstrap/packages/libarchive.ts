import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Reads and writes tar, zip and their kin. */
export const libarchive: Define = ({ bzip2, xz, zlib, zstd }) => ({
  source: source({
    name: 'libarchive',
    version: '3.7.4',
    size: 5417660,
    sha256: 'f887755c434a736a609cbd28d87ddbfbe9d6a3bb5b703c22c02f6af80a802735',
    debian: 'pool/main/liba/libarchive/libarchive_3.7.4.orig.tar.xz',
    licence: 'BSD-2-Clause',
    homepage: 'https://www.libarchive.org/',
    releases: 'https://www.libarchive.org/downloads/',
  }),
  description: 'reads and writes archives',
  inputs: [bzip2, xz, zlib, zstd],
  style: autotools({
    flags: [
      '--disable-acl --disable-bsdcat --disable-bsdcpio --disable-bsdtar --disable-bsdunzip --disable-xattr',
      '--without-cng --without-expat --without-iconv --without-libb2 --without-lz4 --without-lzo2 --without-mbedtls --without-nettle',
      '--without-openssl --without-xml2',
    ],
    targets: ['libarchive.la'],
    install: ['install-libLTLIBRARIES', 'install-includeHEADERS', 'install-pkgconfigDATA'],
  }),
  test: {
    script: sh`
phase 'reads what tar and every compressor wrote'
mkdir tree
echo text >tree/file
ln -s file tree/link
chmod 755 tree/file
tar -cf plain.tar tree
gzip -c plain.tar >gz.tar
bzip2 -c plain.tar >bz2.tar
xz -c plain.tar >xz.tar
cat >try.c <<'.'
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
/* Every entry, as name, type, mode and text. */
static int show (const char *name)
{
  struct archive *a = archive_read_new ();
  struct archive_entry *e;
  char text[100];
  int status;
  archive_read_support_filter_all (a);
  archive_read_support_format_all (a);
  if (archive_read_open_filename (a, name, 1000)) return printf ("%s\n", archive_error_string (a)), 1;
  while (!(status = archive_read_next_header (a, &e)))
    {
      long n = archive_read_data (a, text, sizeof text);
      const char *link = archive_entry_symlink (e);
      printf ("%s %o %s%.*s\n", archive_entry_pathname (e), archive_entry_mode (e), link ? link : "", (int) n, n > 0 ? text : "");
    }
  archive_read_free (a);
  return status != ARCHIVE_EOF;
}
static int make (const char *name, int filter, int format)
{
  struct archive *a = archive_write_new ();
  struct archive_entry *e = archive_entry_new ();
  archive_write_add_filter (a, filter);
  archive_write_set_format (a, format);
  archive_entry_set_pathname (e, "made");
  archive_entry_set_mode (e, 0100644);
  archive_entry_set_size (e, 4);
  if (archive_write_open_filename (a, name) || archive_write_header (a, e) || archive_write_data (a, "new\n", 4) != 4) return 1;
  archive_entry_free (e);
  return archive_write_close (a) || archive_write_free (a);
}
int main (int n, char **words)
{
  static const int filters[] = { ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD };
  static const int formats[] = { ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FORMAT_CPIO_POSIX, ARCHIVE_FORMAT_ZIP };
  if (n > 1) return show (words[1]);
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < (i ? 2 : 3); j++) /* of a zip that cannot be sought in, less is known */
      if (make ("made", filters[i], formats[j]) || show ("made")) return 1;
  return 0;
}
.
$CC try.c -larchive -lbz2 -llzma -lz -lzstd -lpthread -o try
for kind in plain gz bz2 xz; do
  ./try $kind.tar | grep . | sort >seen
  printf '%s\n' 'tree/ 40755 ' 'tree/file 100755 text' 'tree/link 120777 file' | cmp - seen
done

phase 'writes every format by every compressor, and reads it again'
./try >made.list
test "$(grep . made.list | sort -u)" = 'made 100644 new'
test "$(grep -c made made.list)" = 11

phase 'damage is noticed'
head -c 60 xz.tar >short.tar
if ./try short.tar; then exit 1; fi
`,
  },
});
