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
    { "arch/x86_64/syscall_arch.h", "tcc does not keep a variable in r10: the system call itself loads it",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10): \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"m\"(a4): \"rcx\", \"r11\", \"memory\");" },
    { "arch/x86_64/syscall_arch.h", "as above, with r8",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\tregister long r8 __asm__(\"r8\") = a5;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10), \"r\"(r8) : \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; movq %6, %%r8 ; syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"m\"(a4), \"m\"(a5) : \"rcx\", \"r11\", \"memory\");" },
    { "arch/x86_64/syscall_arch.h", "as above, with r8 and r9",
        "\tregister long r10 __asm__(\"r10\") = a4;\n"
        "\tregister long r8 __asm__(\"r8\") = a5;\n"
        "\tregister long r9 __asm__(\"r9\") = a6;\n"
        "\t__asm__ __volatile__ (\"syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"r\"(r10), \"r\"(r8), \"r\"(r9) : \"rcx\", \"r11\", \"memory\");",
        "\t__asm__ __volatile__ (\"movq %5, %%r10 ; movq %6, %%r8 ; movq %7, %%r9 ; syscall\" : \"=a\"(ret) : \"a\"(n), \"D\"(a1), \"S\"(a2),\n"
        "\t\t\t\t\t\t  \"d\"(a3), \"m\"(a4), \"m\"(a5), \"m\"(a6) : \"rcx\", \"r11\", \"memory\");" },
    { "src/signal/x86_64/sigsetjmp.s", "tcc's assembler does not know @PLT, which means nothing in a static libc",
        "\tcall setjmp@PLT\n", "\tcall setjmp\n" },
    { "src/signal/x86_64/sigsetjmp.s", "as above",
        "\tjmp setjmp@PLT\n", "\tjmp setjmp\n" },
    { "src/stdio/vfprintf.c", "tcc gets from long double to a 32-bit integer by way of long long only",
        "*z = y;", "*z = (unsigned long long)y;" },
    { NULL }
};

/* alltypes.h: "TYPEDEF int foo;" becomes a typedef that headers ask for by __NEED_foo, and get once. */
static char *musl_alltypes(const char *template)
{
    size room = length_of(template) * 4;
    char *text = allocate(room), *end = text;
    const char *line = template, *next;
    for (; *line; line = next) {
        static const char *kinds[] = { "TYPEDEF ", "STRUCT ", "UNION " }, *words[] = { "typedef ", "struct ", "union " };
        char *out, *name, *body;
        int kind, length;
        for (next = line; *next && *next++ != '\n'; )
            ;
        length = next - line;
        out = allocate(length + 1);
        memcpy(out, line, length);
        for (kind = 0; kind < 3 && !starts_with(out, kinds[kind]); kind++)
            ;
        if (kind < 3) {
            out[length - 2] = 0;                               /* ";\n" */
            body = out + length_of(kinds[kind]);
            while (*body == ' ')
                body++;
            if (kind == 0)                                     /* the name is the last word of a typedef */
                for (name = out + length - 2; name[-1] != ' '; name--)
                    ;
            else {                                             /* and the first of a struct or union */
                char *stop = name = join(body);
                while (*stop != ' ')
                    stop++;
                *stop = 0;
                name = join(words[kind], name);
                name[length_of(words[kind]) - 1] = '_';
            }
            out = join("#if defined(__NEED_", name, ") && !defined(__DEFINED_", name, ")\n",
                       words[kind], body, ";\n#define __DEFINED_", name, "\n#endif\n\n");
        }
        length = length_of(out);
        memcpy(end, out, length);
        end += length;
    }
    return text;
}

/* bits/syscall.h: every __NR_ number under its SYS_ name too. */
static char *musl_syscalls(const char *numbers)
{
    char *text = allocate(length_of(numbers) * 2 + 1), *end = text + length_of(numbers);
    const char *c = numbers;
    memcpy(text, numbers, length_of(numbers));
    while (*c)
        if (starts_with(c, "__NR_")) {
            memcpy(end, "SYS_", 4);
            end += 4;
            c += 5;
        } else
            *end++ = *c++;
    return text;
}

/* Whether a path like "a/b.c" is among the names of a folder, whatever its suffix. */
static int has_stem(char **names, const char *file)
{
    size stem = length_of(file);
    while (file[stem] != '.')
        stem--;
    for (; *names; names++)
        if (same_bytes(*names, file, stem + 1))
            return 1;
    return 0;
}

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
    const char *bits = join(to, "/bits"), *arch = join(musl, "/arch/x86_64/bits");
    char *text;
    for (folder = folders; *folder; folder++)
        copy_headers(join(musl, "/include", *folder), join(to, *folder));
    copy_headers(join(musl, "/arch/generic/bits"), bits);
    copy_headers(arch, bits);
    text = join(read_text(join(arch, "/alltypes.h.in")),
                read_text(join(musl, "/include/alltypes.h.in")));
    text = musl_alltypes(text);
    write_file(join(bits, "/alltypes.h"), text, length_of(text), 0644);
    text = musl_syscalls(read_text(join(arch, "/syscall.h.in")));
    write_file(join(bits, "/syscall.h"), text, length_of(text), 0644);
}

/* The folders with sources, below src/; the objects will be beside them. */
static char **musl_folders(const char *musl)
{
    char **names = list_folder(join(musl, "/src")), **folders = allocate(1024 * sizeof *folders);
    int count = 0;
    for (; *names; names++) {
        const char *name = *names;
        if (!compare(name, "complex") || !compare(name, "include"))
            continue;                                          /* tcc has no complex numbers */
        folders[count++] = join("src/", name);
        if (!compare(name, "malloc"))
            folders[count++] = "src/malloc/mallocng";          /* not oldmalloc, a second one */
        /* The generic C serves for these two: the assembly is beyond tcc. */
        if (compare(name, "math") && compare(name, "fenv") && *list_folder(join(musl, "/src/", name, "/x86_64")))
            folders[count++] = join("src/", name, "/x86_64");
    }
    return folders;
}

/* The sources in a folder that make up libc: those of x86_64 replace the generic ones of the same name. */
static char **musl_sources(const char *musl, const char *folder)
{
    static char *none[] = { NULL };
    char **names = list_folder(join(musl, "/", folder)), **sources = names, **end = names;
    char **replaced = !compare(folder, "src/math") || !compare(folder, "src/fenv") ? none
                    : list_folder(join(musl, "/", folder, "/x86_64"));
    for (; *names; names++)
        if ((ends_with(*names, ".c") || ends_with(*names, ".s")) && !has_stem(replaced, *names))
            *end++ = *names;
    *end = NULL;
    return sources;
}

/* Starts the compilations of libc and its start files; a process compiles BATCH files. */
static void start_musl(const char *tcc, const char *musl, const char *headers)
{
    enum { BATCH = 40 };
    const char *flags = join(" -nostdinc -std=c99 -w -D_XOPEN_SOURCE=700 -I", musl, "/arch/x86_64 -I", musl, "/arch/generic -I",
                             musl, "/src/include -I", musl, "/src/internal -I", headers, " -c");
    char **folder, **source;
    for (folder = musl_folders(musl); *folder; folder++) {
        const char *command = NULL;
        int count = 0;
        for (source = musl_sources(musl, *folder); *source; source++) {
            if (!count)
                command = join(tcc, flags);
            command = join(command, " ", *source);
            if (++count == BATCH || !source[1]) {
                start(join(musl, "/", *folder), command);
                count = 0;
            }
        }
    }
    start(join(musl, "/crt"), join(tcc, flags, " -DCRT crt1.c"));
    start(join(musl, "/crt/x86_64"), join(tcc, flags, " crti.s crtn.s"));
}

/* Once they are finished: the library and start files, to the folder `to`. */
static void collect_musl(const char *tcc, const char *musl, const char *to)
{
    char *command = allocate(1 << 17), *end = command, **folder, **source;
    end = append(end, join(tcc, " -ar rcs ", to, "/libc.a"));
    for (folder = musl_folders(musl); *folder; folder++)
        for (source = musl_sources(musl, *folder); *source; source++) {
            end = append(end, join(" ", *folder, "/", *source));
            end[-1] = 'o';
        }
    make_folders(to);
    run(musl, command);
    copy_file(join(musl, "/crt/crt1.o"), join(to, "/crt1.o"), 0644);
    copy_file(join(musl, "/crt/x86_64/crti.o"), join(to, "/crti.o"), 0644);
    copy_file(join(musl, "/crt/x86_64/crtn.o"), join(to, "/crtn.o"), 0644);
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
