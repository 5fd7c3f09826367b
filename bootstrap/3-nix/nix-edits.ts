import type { Edit } from 'zilch';

/** What is changed in Nix' source. */
export const nixEdits: readonly Edit[] = [
  {
    file: 'src/libutil/hash.cc',
    why: 'Hashes come from mbedtls and from the package sha256: OpenSSL wants perl, and is as large as Nix.',
    old: `#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
`,
    new: '#include "digests.h"\n',
  },
  {
    file: 'src/libmain/shared.cc',
    why: 'Nothing of OpenSSL is used here any more.',
    old: '#include <openssl/crypto.h>\n',
    new: '',
  },
  {
    file: 'src/libutil/unix/file-descriptor.cc',
    why: "musl has no close_range, and does not declare syscall and its numbers by way of other headers, as glibc's do.",
    old: '#include <fcntl.h>\n',
    new: '#include <fcntl.h>\n#include <sys/syscall.h>\n',
  },
  {
    file: 'src/libexpr/eval-inline.hh',
    why: 'Without a garbage collector values live as long as the process: they are cut off large pieces, which is faster than calloc and smaller.',
    old: '    p = calloc(n, 1);\n',
    new: `    static thread_local char * next = nullptr;
    static thread_local size_t left = 0;
    n = (n + 15) & ~size_t(15);
    if (n > left) {
        constexpr size_t piece = 1 << 20;
        if (n > piece / 16) {
            p = calloc(n, 1);
            if (!p) throw std::bad_alloc();
            return p;
        }
        next = (char *) calloc(piece, 1);
        if (!next) throw std::bad_alloc();
        left = piece;
    }
    p = next;
    next += n;
    left -= n;
`,
  },
];
