/*
 * protomusl: musl, static only, as far as TinyCC can build it. What its Makefile and its two sed scripts do, in C.
 */

static const char *musl_wanted[] = { "include/", "src/", "crt/", "arch/generic/", "arch/x86_64/", NULL };

static const struct edit musl_edits[] = {
    { "src/include/features.h", "tcc takes the alias attribute for a new name and makes no alias",
        "#define weak_alias(old, new) \\\n"
        "\textern __typeof(old) new __attribute__((__weak__, __alias__(#old)))",
        "#define weak_alias(old, new) \\\n"
        "\textern __typeof(old) new __attribute__((__weak__)); \\\n"
        "\t__asm__(\".weak \" #new \"\\n.set \" #new \", \" #old)" },
    { "arch/x86_64/syscall_arch.h", "tcc does not keep a variable in r10: load it with the system call",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10): \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; syscall\"\n"
        "\t\t: \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2), \"d\"(a3), \"m\"(a4) : \"rcx\", \"r11\", \"memory\");" },
    { "arch/x86_64/syscall_arch.h", "as above, and r8",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\tregister long r8 __asm__(\"r8\") = a5;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10), \"r\"(r8) : \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; movq %6, %%r8 ; syscall\"\n"
        "\t\t: \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2), \"d\"(a3), \"m\"(a4), \"m\"(a5) : \"rcx\", \"r11\", \"memory\");" },
    { "arch/x86_64/syscall_arch.h", "as above, and r9",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\tregister long r8 __asm__(\"r8\") = a5;\n"
        "\tregister long r9 __asm__(\"r9\") = a6;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10), \"r\"(r8), \"r\"(r9) : \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; movq %6, %%r8 ; movq %7, %%r9 ; syscall\"\n"
        "\t\t: \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2), \"d\"(a3), \"m\"(a4), \"m\"(a5), \"m\"(a6)\n"
        "\t\t: \"rcx\", \"r11\", \"memory\");" },
    { "src/signal/x86_64/sigsetjmp.s", "tcc's assembler does not know @PLT, and a static libc does not need it",
        "\tcall setjmp@PLT\n", "\tcall setjmp\n" },
    { "src/signal/x86_64/sigsetjmp.s", "as above",
        "\tjmp setjmp@PLT\n", "\tjmp setjmp\n" },
    { "src/process/system.c", "a sandbox has no /bin/sh: system() of awk and of later programs takes the sh in PATH",
        "posix_spawn(&pid, \"/bin/sh\",", "posix_spawnp(&pid, \"sh\"," },
    { "src/stdio/popen.c", "as above, for popen()",
        "posix_spawn(&pid, \"/bin/sh\",", "posix_spawnp(&pid, \"sh\"," },
    { "src/misc/wordexp.c", "as above, for wordexp()",
        "execl(\"/bin/sh\",", "execlp(\"sh\"," },
    { "src/regex/fnmatch.c", "a shell quotes with a backslash within brackets, too: [a\\-c], [\\]]",
        "\t\tfor (; k<m && pat[k] && pat[k]!=']'; k++) {\n",
        "\t\tfor (; k<m && pat[k] && pat[k]!=']'; k++) {\n"
        "\t\t\tif (pat[k]=='\\\\' && k+1<m && pat[k+1] && !(flags & FNM_NOESCAPE)) {\n"
        "\t\t\t\tk++;\n"
        "\t\t\t\tcontinue;\n"
        "\t\t\t}\n" },
    { "src/regex/fnmatch.c", "as above",
        "static int match_bracket(const char *p, int k, int kfold)\n",
        "static int match_bracket(const char *p, int k, int kfold, int escape)\n" },
    { "src/regex/fnmatch.c", "as above",
        "\t\t\tint l = mbtowc(&wc2, p+1, 4);\n",
        "\t\t\tif (escape && p[1]=='\\\\' && p[2]) p++;\n"
        "\t\t\tint l = mbtowc(&wc2, p+1, 4);\n" },
    { "src/regex/fnmatch.c", "as above",
        "\t\tif (p[0]=='[' && (p[1]==':' || p[1]=='.' || p[1]=='=')) {\n",
        "\t\tif (escape && p[0]=='\\\\' && p[1]) p++;\n"
        "\t\telse if (p[0]=='[' && (p[1]==':' || p[1]=='.' || p[1]=='=')) {\n" },
    { "src/regex/fnmatch.c", "as above",
        "match_bracket(pat, k, kfold)", "match_bracket(pat, k, kfold, !(flags & FNM_NOESCAPE))" },
    { "src/regex/fnmatch.c", "as above",
        "match_bracket(p-pinc, k, kfold))\n\t\t\t\treturn",
        "match_bracket(p-pinc, k, kfold, !(flags & FNM_NOESCAPE)))\n\t\t\t\treturn" },
    { "src/regex/fnmatch.c", "as above",
        "match_bracket(p-pinc, k, kfold))\n\t\t\t\t\tbreak",
        "match_bracket(p-pinc, k, kfold, !(flags & FNM_NOESCAPE)))\n\t\t\t\t\tbreak" },
    { "src/time/strptime.c", "date -d '... Z': Z is a zone, too",
        "\t\t\tif (*s == '+') neg = 0;\n",
        "\t\t\tif (*s == 'Z') {\n"
        "\t\t\t\ttm->__tm_gmtoff = 0;\n"
        "\t\t\t\ts++;\n"
        "\t\t\t\tbreak;\n"
        "\t\t\t}\n"
        "\t\t\tif (*s == '+') neg = 0;\n" },
    { NULL }
};

/*
 * A line of alltypes.h.in. "TYPEDEF int foo;", "STRUCT foo { ... };" and "UNION ..." become declarations that headers
 * ask for by defining __NEED_foo or __NEED_struct_foo, and get once. Others stay.
 */
static char *musl_type(const char *line)
{
    static const char *kinds[] = { "TYPEDEF ", "STRUCT ", "UNION " };
    static const char *keywords[] = { "typedef ", "struct ", "union " }, *prefixes[] = { "", "struct_", "union_" };
    const char *body, *name, *end;
    int kind;
    for (kind = 0; kind < 3 && !starts_with(line, kinds[kind]); kind++)
        ;
    if (kind == 3)
        return join(line, "\n");
    for (body = line + length_of(kinds[kind]); *body == ' '; body++)
        ;
    if (kind == 0)                                             /* the last word, before the semicolon */
        for (end = name = body + length_of(body) - 1; name[-1] != ' '; name--)
            ;
    else                                                       /* the first word */
        for (end = name = body; *end != ' '; end++)
            ;
    name = join(prefixes[kind], copy_of(name, end - name));
    return join("#if defined(__NEED_", name, ") && !defined(__DEFINED_", name, ")\n",
                keywords[kind], body, "\n#define __DEFINED_", name, "\n#endif\n\n");
}

static void add_musl_types(struct text *header, const char *template)
{
    const char *line, *end;
    for (line = template; *line; line = end + 1) {
        for (end = line; *end != '\n'; end++)
            ;
        add(header, musl_type(copy_of(line, end - line)));
    }
}

/* The headers of a folder, but not those of folders in it. */
static void copy_headers(const char *from, const char *to)
{
    char **name;
    make_folders(to);
    for (name = list_folder(from); *name; name++)
        if (ends_with(*name, ".h"))
            copy_file(join(from, "/", *name), join(to, "/", *name), 0644);
}

/* The headers, put together in `to`: generic ones, those of x86_64 in their place, and the two generated ones. */
static void install_musl_headers(const char *musl, const char *to)
{
    static const char *folders[] = { "", "/arpa", "/net", "/netinet", "/netpacket", "/scsi", "/sys", NULL }, **folder;
    const char *bits = join(to, "/bits"), *arch = join(musl, "/arch/x86_64/bits"), *numbers;
    struct text types = { NULL };
    for (folder = folders; *folder; folder++)
        copy_headers(join(musl, "/include", *folder), join(to, *folder));
    copy_headers(join(musl, "/arch/generic/bits"), bits);
    copy_headers(arch, bits);
    add_musl_types(&types, read_text(join(arch, "/alltypes.h.in")));
    add_musl_types(&types, read_text(join(musl, "/include/alltypes.h.in")));
    write_text(join(bits, "/alltypes.h"), types.at);
    numbers = read_text(join(arch, "/syscall.h.in"));          /* each __NR_ number is to have a SYS_ name too */
    write_text(join(bits, "/syscall.h"), join(numbers, replace_all(numbers, "__NR_", "SYS_")));
}

static void prepare_musl(const char *tarball, const char *musl, const char *headers)
{
    untar(gunzip(read_file(tarball)), "musl-1.2.6/", musl_wanted, musl);
    apply_edits(musl, musl_edits);
    write_text(join(musl, "/src/internal/version.h"), "#define VERSION \"1.2.6\"\n");
    install_musl_headers(musl, headers);
}

/* The files for x86_64 of a folder. Those of math and fenv are beyond tcc's assembler; the generic C serves. */
static char **assembly_of(const char *musl, const char *folder)
{
    static char *none[] = { NULL };
    if (!compare(folder, "src/math") || !compare(folder, "src/fenv"))
        return none;
    return list_folder(join(musl, "/", folder, "/x86_64"));
}

/* The folders with sources. Not complex, for tcc has no complex numbers; not oldmalloc, which mallocng replaces. */
static char **musl_folders(const char *musl)
{
    char **names = list_folder(join(musl, "/src")), **folders = allocate(256 * sizeof *folders);
    int count = 0;
    for (; *names; names++) {
        char *folder = join("src/", *names);
        if (!compare(folder, "src/complex"))
            continue;
        folders[count++] = folder;
        if (!compare(folder, "src/malloc"))
            folders[count++] = "src/malloc/mallocng";
        if (*assembly_of(musl, folder))
            folders[count++] = join(folder, "/x86_64");
    }
    return folders;
}

/* From a relative folder back to where it starts: "../../" of "a/b". */
static char *way_up(const char *folder)
{
    char *way = "../";
    for (; *folder; folder++)
        if (*folder == '/')
            way = join(way, "../");
    return way;
}

static int same_stem(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '.')
            return 1;
    return 0;
}

/* The sources of libc in a folder: a file for x86_64 replaces the generic one. */
static char **musl_sources(const char *musl, const char *folder)
{
    char **names = list_folder(join(musl, "/", folder)), **sources = names, **end = names;
    char **assembly = assembly_of(musl, folder), **better;
    for (; *names; names++) {
        if (!ends_with(*names, ".c") && !ends_with(*names, ".s"))
            continue;
        for (better = assembly; *better && !same_stem(*better, *names); better++)
            ;
        if (!*better)
            *end++ = *names;
    }
    *end = NULL;
    return sources;
}

/*
 * Starts the compilations of libc and its start files, into folders below `to`. A process compiles BATCH files. It gets
 * relative names, for an object may hold the name of its source. Each generation has folders of its own, rather than new
 * objects in place of old ones: ext4 takes long to find an inode where many were just deleted.
 */
static void start_musl(const char *tcc, const char *musl, const char *headers, const char *crti, const char *to)
{
    enum { BATCH = 40 };
    const char *flags = join(" -w -nostdinc -std=c99 -D_XOPEN_SOURCE=700 -I", musl, "/src/include -I", musl,
                             "/arch/x86_64 -I", musl, "/arch/generic -I", musl, "/src/internal -I", headers, " -c");
    char **folder, **source;
    int left;
    for (folder = musl_folders(musl); *folder; folder++) {
        const char *objects = join(to, "/", *folder), *sources = join(way_up(*folder), "../musl/", *folder, "/");
        make_folders(objects);
        for (source = musl_sources(musl, *folder); *source; ) {
            struct text command = { NULL };
            add(&command, tcc, flags);
            for (left = BATCH; left && *source; left--)
                add(&command, " ", sources, *source++);
            start(objects, command.at);
        }
    }
    start(to, join(tcc, flags, " -DCRT ../musl/crt/crt1.c ", crti, " ../musl/crt/x86_64/crtn.s"));
}

/* Once they are finished: the library. */
static void collect_musl(const char *tcc, const char *musl, const char *to)
{
    struct text command = { NULL };
    char **folder, **source;
    add(&command, tcc, " -ar rcs libc.a");
    for (folder = musl_folders(musl); *folder; folder++)
        for (source = musl_sources(musl, *folder); *source; source++)
            add(&command, " ", *folder, "/", object_of(*source));
    run(to, command.at);
}

/* All of libc is in libc.a. The other names are for makefiles that ask for them. */
static void install_musl(const char *from, const char *protomusl)
{
    static const char *files[] = { "libc.a", "crt1.o", "crti.o", "crtn.o", NULL }, **name;
    static const char *empty[] = { "crypt", "dl", "m", "pthread", "resolv", "rt", "util", "xnet", NULL };
    const char *lib = join(protomusl, "/lib");
    make_folders(lib);
    for (name = files; *name; name++)
        copy_file(join(from, "/", *name), join(lib, "/", *name), 0644);
    for (name = empty; *name; name++)
        write_text(join(lib, "/lib", *name, ".a"), "!<arch>\n");
}
