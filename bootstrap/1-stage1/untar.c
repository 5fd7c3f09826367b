/*
 * tar, as far as the three tarballs go: regular files, folders, GNU's long names, and the pax header with which git
 * notes a commit. Anything else stops the build. Times and owners are ignored.
 */

static size tar_number(const byte *octal, int digits)
{
    size n = 0;
    for (; digits--; octal++)
        if (*octal >= '0' && *octal <= '7')
            n = n * 8 + *octal - '0';
    return n;
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
    for (; header + 512 <= end && header[0]; header += 512 + ((length + 511) & ~511ul)) {
        const char *name = long_name ? long_name : tar_name(header), **prefix;
        word sum = 0, i;
        int type = header[156];
        for (i = 0; i < 512; i++)
            sum += i >= 148 && i < 156 ? ' ' : header[i];
        length = tar_number(header + 124, 12);
        if (sum != tar_number(header + 148, 8) || header + 512 + length > end)
            die("tar: damaged at ", name);
        if (type == 'g' || type == '5')
            continue;
        if (type == 'L') {                                     /* its content is the name of what follows */
            long_name = join((const char *)header + 512);
            continue;
        }
        long_name = NULL;
        if (type != '0' && type != 0)
            die("tar: neither file nor folder: ", name);
        if (!starts_with(name, strip))
            continue;
        name += length_of(strip);
        for (prefix = wanted; *prefix && !starts_with(name, *prefix); prefix++)
            ;
        if (!*prefix)
            continue;
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
}
