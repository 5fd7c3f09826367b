/*
 * tar, as far as the three tarballs go: regular files, folders, GNU's long names, and the pax header with which git
 * notes a commit. Anything else stops the build: links, sparse files, other pax headers, a missing end. Times, modes and
 * owners are ignored; what is compiled does not depend on them.
 */

/* Octal digits, perhaps behind spaces, up to a space or zero or the end of the field. */
static size tar_number(const byte *octal, int digits)
{
    size n = 0;
    for (; digits && *octal == ' '; octal++)
        digits--;
    for (; digits && *octal && *octal != ' '; octal++, digits--) {
        if (*octal < '0' || *octal > '7')
            die("tar: a number that is not octal");
        n = n * 8 + *octal - '0';
    }
    return n;
}

/* A pax header for all files that follow: "LENGTH comment=...\n" is what git writes, and changes none of them. */
static void need_comment(const byte *at, size length)
{
    const byte *end = at + length;
    size record;
    for (; at < end; at += record) {
        const byte *text = at;
        for (record = 0; text < end && *text >= '0' && *text <= '9' && record <= length; text++)
            record = record * 10 + *text - '0';
        if (!starts_with((const char *)text, " comment=") || record > end - at || at + record <= text || at[record - 1] != '\n')
            die("tar: a pax header that is no comment");
    }
}

static int is_zero(const byte *block)
{
    int i;
    for (i = 0; i < 512 && !block[i]; i++)
        ;
    return i == 512;
}

/* No part of a path leads upwards. */
static int stays_inside(const char *path)
{
    for (; *path; path++)
        if (starts_with(path, "../") || !compare(path, ".."))
            return 0;
        else
            while (path[0] != '/' && path[1])
                path++;
    return 1;
}

static char *tar_name(const byte *header)
{
    char *name = allocate(100 + 1 + 155 + 1), *end = name;
    int i, ustar = same_bytes(header + 257, "ustar", 6);       /* GNU tar writes "ustar  ": no prefix there */
    if (ustar && header[345]) {
        for (i = 0; i < 155 && header[345 + i]; i++)
            *end++ = header[345 + i];
        *end++ = '/';
    }
    for (i = 0; i < 100 && header[i]; i++)
        *end++ = header[i];
    return name;
}

/* Writes the files whose name, behind `strip`, starts with one of `wanted` to the folder `into`. */
static void untar(struct bytes archive, const char *strip, const char **wanted, const char *into)
{
    const byte *header = archive.at, *end = archive.at + archive.length;
    char *folder = "", *long_name = NULL;
    size length;
    for (; header + 512 <= end && !is_zero(header); header += 512 + ((length + 511) & ~511ul)) {
        const char *name = long_name ? long_name : tar_name(header), **prefix;
        word sum = 0, i;
        int type = header[156];
        for (i = 0; i < 512; i++)
            sum += i >= 148 && i < 156 ? ' ' : header[i];
        length = tar_number(header + 124, 12);
        if (sum != tar_number(header + 148, 8) || length > end - header - 512)
            die("tar: damaged at ", name);
        if (type == 'g') {
            need_comment(header + 512, length);
            continue;
        }
        if (type == 'L') {                                     /* its content is the name of what follows */
            long_name = copy_of((const char *)header + 512, length);
            continue;
        }
        long_name = NULL;
        if (type == '5')
            continue;
        if (type != '0' && type != 0)
            die("tar: neither file nor folder: ", name);
        if (!starts_with(name, strip))
            continue;
        name += length_of(strip);
        for (prefix = wanted; *prefix && !starts_with(name, *prefix); prefix++)
            ;
        if (!*prefix)
            continue;
        if (!stays_inside(name))
            die("tar: leads outside: ", name);
        char *path = join(into, "/", name), *slash = path + length_of(path);
        while (*--slash != '/')
            ;
        *slash = 0;
        if (compare(path, folder)) {
            make_folders(path);
            folder = join(path);
        }
        *slash = '/';
        write_file(path, header + 512, length, 0644);
    }
    if (header + 512 > end)
        die("tar: no end mark");
}
