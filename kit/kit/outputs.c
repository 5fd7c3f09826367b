/*
 * Turns what a builder left into content-addressed paths. An output is made at a scratch path, because its final path depends on its contents.
 * If it names that scratch path, or that of another output, the hash part is replaced by one of the same length.
 */

struct output { const char *name, *scratch, *tree; int done; struct valid valid; };

/* Replaces hash parts in a piece of memory; returns whether there were any. */
static int rewrite_bytes(byte *at, size length, const struct list *from, const struct list *to)
{
    size i, n;
    int found = 0;
    for (i = 0; i + HASH_PART <= length; i++)
        for (n = 0; n < from->count; n++)
            if (at[i] == (byte)*from->at[n] && !memcmp(at + i, from->at[n], HASH_PART)) {
                memcpy(at + i, to->at[n], HASH_PART);
                found = 1;
            }
    return found;
}

static void rewrite_file(const char *path, const struct list *from, const struct list *to)
{
    enum { SYS_pread64 = 17, SYS_pwrite64 = 18, ROOM = 1 << 16 };
    static byte piece[ROOM];
    size offset = 0;
    long n, fd = need(call3(SYS_open, path, O_RDWR, 0), "open", path);
    while ((n = need(call(SYS_pread64, fd, piece, ROOM, offset, 0), "read", path)) >= HASH_PART) {
        if (rewrite_bytes(piece, n, from, to) && call(SYS_pwrite64, fd, piece, n, offset, 0) != n)
            die("cannot write ", path);
        offset += n - (HASH_PART - 1);
    }
    call1(SYS_close, fd);
}

/* A copy of a name in which hash parts are replaced; NULL if there are none. */
static char *rewrite_name(const char *name, const struct list *from, const struct list *to)
{
    char *copy = join(name);
    return rewrite_bytes((byte *)copy, strlen(copy), from, to) ? copy : NULL;
}

static void rewrite_tree(const char *path, const struct list *from, const struct list *to)
{
    struct status status;
    struct list names;
    char *other;
    size i;
    look_at(path, &status);
    switch (status.mode & S_KIND) {
    case S_FILE:
        need(call2(SYS_chmod, path, status.mode | 0600), "set the mode of", path);
        rewrite_file(path, from, to);
        break;
    case S_LINK:
        other = rewrite_name(read_link(path), from, to);
        if (other) {
            need(call1(SYS_unlink, path), "delete", path);
            need(call2(SYS_symlink, other, path), "make the link", path);
        }
        break;
    case S_FOLDER:
        need(call2(SYS_chmod, path, 0755), "set the mode of", path);
        names = list_folder(path);
        for (i = 0; i < names.count; i++) {
            char *file = join(path, "/", names.at[i]);
            rewrite_tree(file, from, to);
            other = rewrite_name(names.at[i], from, to);
            if (other)
                need(call2(SYS_rename, file, join(path, "/", other)), "rename", file);
        }
    }
}

/* Absolute links must stay in the store, because outside it their targets differ between machines. */
static void check_links(const char *path, const char *output)
{
    struct status status;
    struct list names;
    size i;
    look_at(path, &status);
    if ((status.mode & S_KIND) == S_LINK) {
        char *target = read_link(path);
        if (*target == '/' && !starts_with(target, STORE "/"))
            die(path, " of ", output, " is a link out of the store, to ", target);
    }
    if ((status.mode & S_KIND) != S_FOLDER)
        return;
    names = list_folder(path);
    for (i = 0; i < names.count; i++)
        check_links(join(path, "/", names.at[i]), output);
}

/* Gives one output its path. False if it names another output that has none yet. */
static int finish_output(struct output *outputs, size count, size which, const struct list *inputs)
{
    struct output *output = &outputs[which];
    struct list sought = { NULL, 0, 0 }, paths = { NULL, 0, 0 }, others = { NULL, 0, 0 }, from = { NULL, 0, 0 }, to = { NULL, 0, 0 };
    struct scan scan, modulo;
    int self = 0;
    size i;
    for (i = 0; i < count; i++)
        append(&sought, hash_part(outputs[i].scratch)), append(&paths, NULL);
    for (i = 0; i < inputs->count; i++)
        append(&sought, hash_part(inputs->at[i])), append(&paths, inputs->at[i]);
    scan = scan_tree(output->tree, &sought, NULL);
    for (i = 0; i < sought.count; i++) {
        if (!scan.found[i])
            continue;
        if (i == which)
            self = 1;
        else if (i >= count)
            append_new(&others, paths.at[i]);
        else if (!outputs[i].done)
            return 0;
        else {
            append_new(&others, outputs[i].valid.path);
            append(&from, sought.at[i]);
            append(&to, hash_part(outputs[i].valid.path));
        }
    }
    modulo = scan;
    if (from.count)
        rewrite_tree(output->tree, &from, &to);
    if (self || from.count)
        modulo = scan_tree(output->tree, NULL, self ? sought.at[which] : NULL);
    output->valid.path = tree_path(output->name, modulo.hash, others, self);
    if (self) {
        from.count = to.count = 0;
        append(&from, sought.at[which]);
        append(&to, hash_part(output->valid.path));
        rewrite_tree(output->tree, &from, &to);
        append(&others, output->valid.path);
    }
    if (self || from.count) {
        make_canonical(output->tree);
        scan = scan_tree(output->tree, NULL, NULL);
    }
    sort(&others);
    output->valid.references = others;
    output->valid.hash = base16(scan.hash, 32);
    output->valid.length = scan.length;
    return output->done = 1;
}

/* Sorts outputs: each comes after those that it names. */
static void finish_outputs(struct output *outputs, size count, const struct list *inputs)
{
    size i, left = count, before;
    for (i = 0; i < count; i++) {
        struct status status;
        if (!look_at(outputs[i].tree, &status))
            die("the builder succeeded, but did not make ", outputs[i].name);
        if ((status.mode & S_KIND) != S_LINK && status.mode & 022)
            die(outputs[i].name, " can be written by others");
        make_canonical(outputs[i].tree);
        check_links(outputs[i].tree, outputs[i].name);
    }
    do {
        before = left;
        for (i = 0; i < count; i++)
            if (!outputs[i].done && finish_output(outputs, count, i, inputs))
                left--;
    } while (left && left < before);
    if (left)
        die("outputs name each other in a circle, among them ", outputs[0].name);
}
