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
  {
    file: 'src/libexpr/primops/fromTOML.cc',
    why: 'A date is printed as version 3 of toml11 did, with a T before the time: version 4 prints the blank again that it read.',
    old: '                        std::ostringstream s;\n                        s << t;\n',
    new: `                        if (t.is_offset_datetime())
                            t.as_offset_datetime_fmt().delimiter = toml::datetime_delimiter_kind::upper_T;
                        if (t.is_local_datetime())
                            t.as_local_datetime_fmt().delimiter = toml::datetime_delimiter_kind::upper_T;
                        std::ostringstream s;
                        s << t;
`,
  },
  {
    file: 'src/libutil/serialise.cc',
    why: 'What a coroutine hands over is looked at, not copied into a new string: musl asks the kernel for each that is so large, and gives it back.',
    old: 'typedef boost::coroutines2::coroutine<std::string> coro_t;\n\n        std::function<void(Sink &)> fun;\n        std::function<void()> eof;',
    new: 'typedef boost::coroutines2::coroutine<std::string_view> coro_t;\n\n        std::function<void(Sink &)> fun;\n        std::function<void()> eof;',
  },
  {
    file: 'src/libutil/serialise.cc',
    why: 'The same.',
    old: '        std::string cur;\n        size_t pos = 0;\n\n        size_t read(char * data, size_t len) override\n        {\n            if (!coro) {\n                coro = coro_t::pull_type(',
    new: '        std::string_view cur;\n        size_t pos = 0;\n\n        size_t read(char * data, size_t len) override\n        {\n            if (!coro) {\n                coro = coro_t::pull_type(',
  },
  {
    file: 'src/libutil/serialise.cc',
    why: 'The same.',
    old: 'if (!data.empty()) yield(std::string(data));',
    new: 'if (!data.empty()) yield(data);',
  },
  {
    file: 'src/libutil/serialise.cc',
    why: 'The same. After its end the coroutine has nothing to look at.',
    old: '                cur = coro->get();\n                pos = 0;',
    new: '                cur = *coro ? coro->get() : std::string_view();\n                pos = 0;',
  },
  {
    file: 'src/libstore/binary-cache-store.cc',
    why: "A cache is read 64 KiB at a time: libc++'s buffer of a file has 4.",
    old: `        upsertFile(narInfo->url,
            std::make_shared<std::fstream>(fnTemp, std::ios_base::in | std::ios_base::binary),
            "application/x-nix-nar");`,
    new: `        auto nar = std::make_shared<std::fstream>();
        nar->rdbuf()->pubsetbuf(nullptr, 64 * 1024);
        nar->open(fnTemp, std::ios_base::in | std::ios_base::binary);
        upsertFile(narInfo->url, nar, "application/x-nix-nar");`,
  },
];
