/*
 * ar, and as `ranlib` the part of it that renews a library's index.
 *
 *     ar [-]OPERATION[MODIFIERS] LIBRARY FILE...
 *
 * Operations: r (replace or append), q (append), d (delete), t (list), x (extract), p (print), s (index only).
 * Modifier v names the files; c, u, o, l, s, D, U and S are taken and change nothing: there is always an index, never
 * a time, an owner or a mode, and r always replaces.
 *
 * The format is the one of GNU's ar: members behind 60 byte headers at even offsets. "/" is the index: big-endian
 * words, the count and an offset of a member for each symbol, then the names. "//" holds names longer than 15 bytes.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct member { char *name; unsigned char *at; size_t size; size_t offset; };

static struct member *members;
static int count;

static void fail(const char *what, const char *about)
{
    fprintf(stderr, "ar: %s: %s\n", about, what);
    exit(1);
}

static void *grow(void *old, size_t size)
{
    void *at = realloc(old, size ? size : 1);
    if (!at)
        fail("no memory", "realloc");
    return at;
}

/* The content of a file; NULL if there is none. */
static unsigned char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    unsigned char *at = NULL;
    size_t room = 0, n;
    *size = 0;
    if (!file) {
        if (errno == ENOENT)
            return NULL;
        fail(strerror(errno), path);
    }
    do {
        if (room - *size < 4096)
            at = grow(at, room = room * 2 + 65536);
        n = fread(at + *size, 1, room - *size, file);
        *size += n;
    } while (n);
    if (ferror(file))
        fail(strerror(errno), path);
    fclose(file);
    return at;
}

static void write_whole(FILE *file, const void *at, size_t size, const char *path)
{
    if (size && fwrite(at, 1, size, file) != size)
        fail(strerror(errno), path);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static struct member *find(const char *name)
{
    int i;
    for (i = 0; i < count; i++)
        if (!strcmp(members[i].name, name))
            return members + i;
    return NULL;
}

static struct member *append(const char *name, unsigned char *at, size_t size)
{
    struct member *added;
    members = grow(members, (count + 1) * sizeof *members);
    added = members + count++;
    added->name = strcpy(grow(NULL, strlen(name) + 1), name);
    added->at = at;
    added->size = size;
    return added;
}

/* Returns whether there is such a library. */
static int read_library(const char *path)
{
    size_t length, offset = 8, size, long_size = 0;
    unsigned char *at = read_whole(path, &length);
    char *long_names = NULL;
    if (!at)
        return 0;
    if (length < 8 || memcmp(at, "!<arch>\n", 8))
        fail("not a library", path);
    for (; offset + 60 <= length; offset += 60 + size + (size & 1)) {
        char name[17], *end, *header = (char *)at + offset;
        if (memcmp(header + 58, "`\n", 2))
            fail("damaged", path);
        size = strtoul(header + 48, NULL, 10);
        if (size > length - offset - 60)
            fail("truncated", path);
        memcpy(name, header, 16);
        name[16] = 0;
        if (!strncmp(name, "/ ", 2) || !strncmp(name, "/SYM64/", 7))
            continue;
        if (!strncmp(name, "// ", 3)) {
            long_names = header + 60;
            long_size = size;
            continue;
        }
        if (name[0] == '/') {
            size_t start = strtoul(name + 1, NULL, 10), stop = start;
            while (stop < long_size && long_names[stop] != '/' && long_names[stop] != '\n')
                stop++;
            if (stop >= long_size)
                fail("damaged", path);
            end = grow(NULL, stop - start + 1);
            memcpy(end, long_names + start, stop - start);
            end[stop - start] = 0;
            append(end, at + offset + 60, size);
            free(end);
            continue;
        }
        if ((end = strchr(name, '/')) || (end = strchr(name, ' ')))
            *end = 0;
        append(name, at + offset + 60, size);
    }
    return 1;
}

/* Calls `found` with each global or weak symbol that a member defines. */
static void each_symbol(struct member *m, void (*found)(struct member *, const char *))
{
    Elf64_Ehdr *file = (Elf64_Ehdr *)m->at;
    Elf64_Shdr *sections, *table;
    Elf64_Sym *symbol, *end;
    char *names;
    if (m->size < sizeof *file || memcmp(m->at, ELFMAG, SELFMAG) || file->e_ident[EI_CLASS] != ELFCLASS64)
        return;
    if (file->e_shoff > m->size || file->e_shnum * sizeof *sections > m->size - file->e_shoff)
        fail("damaged object", m->name);
    sections = (Elf64_Shdr *)(m->at + file->e_shoff);
    for (table = sections; table < sections + file->e_shnum; table++) {
        if (table->sh_type != SHT_SYMTAB)
            continue;
        if (table->sh_link >= file->e_shnum || table->sh_offset + table->sh_size > m->size)
            fail("damaged object", m->name);
        names = (char *)m->at + sections[table->sh_link].sh_offset;
        symbol = (Elf64_Sym *)(m->at + table->sh_offset);
        for (end = symbol + table->sh_size / sizeof *symbol; symbol < end; symbol++)
            if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL)
                found(m, names + symbol->st_name);
    }
}

static size_t symbols, symbol_bytes;
static FILE *output;
static const char *output_path;

static void count_symbol(struct member *m, const char *name)
{
    symbols++;
    symbol_bytes += strlen(name) + 1;
}

static void write_number(size_t n)
{
    unsigned char big[4] = { n >> 24, n >> 16, n >> 8, n };
    write_whole(output, big, 4, output_path);
}

static void write_offset(struct member *m, const char *name) { write_number(m->offset); }

static void write_name(struct member *m, const char *name) { write_whole(output, name, strlen(name) + 1, output_path); }

static void write_header(const char *name, size_t size)
{
    char header[61];
    sprintf(header, "%-16s%-12s%-6s%-6s%-8s%-10lu`\n", name, "0", "0", "0", "644", (unsigned long)size);
    write_whole(output, header, 60, output_path);
}

static void write_library(const char *path)
{
    size_t long_size = 0, index_size, offset = 8;
    int i;
    for (i = 0; i < count; i++) {
        each_symbol(members + i, count_symbol);
        if (strlen(members[i].name) > 15)
            long_size += strlen(members[i].name) + 2;
    }
    index_size = 4 + 4 * symbols + symbol_bytes;
    index_size += index_size & 1;
    if (symbols)
        offset += 60 + index_size;
    if (long_size)
        offset += 60 + long_size + (long_size & 1);
    for (i = 0; i < count; i++) {
        members[i].offset = offset;
        offset += 60 + members[i].size + (members[i].size & 1);
    }

    remove(path);                              /* members may come from it, but are in memory by now */
    output = fopen(path, "wb");
    output_path = path;
    if (!output)
        fail(strerror(errno), path);
    write_whole(output, "!<arch>\n", 8, path);
    if (symbols) {
        write_header("/", index_size);
        write_number(symbols);
        for (i = 0; i < count; i++)
            each_symbol(members + i, write_offset);
        for (i = 0; i < count; i++)
            each_symbol(members + i, write_name);
        write_whole(output, "", (4 + 4 * symbols + symbol_bytes) & 1, path);
    }
    if (long_size) {
        write_header("//", long_size);
        for (i = 0; i < count; i++)
            if (strlen(members[i].name) > 15) {
                write_whole(output, members[i].name, strlen(members[i].name), path);
                write_whole(output, "/\n", 2, path);
            }
        write_whole(output, "\n", long_size & 1, path);
    }
    for (long_size = 0, i = 0; i < count; i++) {
        char name[32];
        if (strlen(members[i].name) > 15) {
            sprintf(name, "/%lu", (unsigned long)long_size);
            long_size += strlen(members[i].name) + 2;
        } else
            sprintf(name, "%s/", members[i].name);
        write_header(name, members[i].size);
        write_whole(output, members[i].at, members[i].size, path);
        write_whole(output, "\n", members[i].size & 1, path);
    }
    if (fclose(output))
        fail(strerror(errno), path);
}

static int is_wanted(const char *name, char **names)
{
    if (!*names)
        return 1;
    for (; *names; names++)
        if (!strcmp(base_name(*names), name))
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    const char *options, *library;
    char operation = 0, **files;
    int verbose = 0, quiet = 0, exists, i, kept;

    if (!strcmp(base_name(argv[0]), "ranlib")) {
        for (i = 1; i < argc; i++)
            if (argv[i][0] != '-') {
                count = symbols = symbol_bytes = 0;
                if (!read_library(argv[i]))
                    fail("no such library", argv[i]);
                write_library(argv[i]);
            }
        return 0;
    }

    if (argc < 3)
        fail("usage: ar [-]{rqdtxps}[cuvolsDUS] LIBRARY FILE...", "arguments");
    for (options = argv[1] + (argv[1][0] == '-'); *options; options++)
        if (strchr("rqdtxp", *options))
            operation = *options;
        else if (*options == 'v')
            verbose = 1;
        else if (*options == 'c')
            quiet = 1;
        else if (!strchr("uolsDUS", *options))
            fail("unknown option", argv[1]);
    if (!operation)
        operation = 's';
    library = argv[2];
    files = argv + 3;
    exists = read_library(library);
    if (!exists && !strchr("rq", operation))
        fail("no such library", library);
    if (!exists && !quiet)
        fprintf(stderr, "ar: creating %s\n", library);

    switch (operation) {
    case 'r':
    case 'q':
        for (; *files; files++) {
            size_t size;
            unsigned char *at = read_whole(*files, &size);
            struct member *old = operation == 'r' ? find(base_name(*files)) : NULL;
            if (!at)
                fail("no such file", *files);
            if (verbose)
                printf("%c - %s\n", old ? 'r' : 'a', *files);
            if (old) {
                old->at = at;
                old->size = size;
            } else
                append(base_name(*files), at, size);
        }
        break;
    case 'd':
        for (i = kept = 0; i < count; i++)
            if (*files && is_wanted(members[i].name, files)) {
                if (verbose)
                    printf("d - %s\n", members[i].name);
            } else
                members[kept++] = members[i];
        count = kept;
        break;
    case 's':
        break;
    default:
        for (i = 0; i < count; i++) {
            struct member *m = members + i;
            if (!is_wanted(m->name, files))
                continue;
            if (operation == 't')
                printf("%s\n", m->name);
            else if (operation == 'p')
                write_whole(stdout, m->at, m->size, "standard output");
            else {
                FILE *file = fopen(m->name, "wb");
                if (!file)
                    fail(strerror(errno), m->name);
                if (verbose)
                    printf("x - %s\n", m->name);
                write_whole(file, m->at, m->size, m->name);
                if (fclose(file))
                    fail(strerror(errno), m->name);
            }
        }
        return 0;
    }
    write_library(library);
    return 0;
}
