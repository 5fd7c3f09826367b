/*
 * The store: content-addressed paths, and a record of each. A path is /nix/store/HASH-NAME; HASH is made of the content's hash, the paths in the
 * content, and the name. A record is what `nix-store --load-db` reads: path, hash and length of the archive, derivation, references. A tree
 * without a record was left by a killed kit, and is ignored.
 */

#define STORE "/nix/store"
#define RECORDS "/nix/var/kit"

/* What lies in the store, or is about to. */
struct valid { const char *path, *hash, *deriver; size length; struct list references; };

static char *store_path(const char *type, const byte *digest, const char *name)
{
    byte whole[32], part[20] = { 0 };
    int i;
    sha256_of(join(type, ":sha256:", base16(digest, 32), ":" STORE ":", name), whole);
    for (i = 0; i < 32; i++)
        part[i % 20] ^= whole[i];
    return join(STORE "/", base32(part, 20), "-", name);
}

static char *type_with(const char *type, struct list references, int self)
{
    struct text text = { NULL, 0, 0 };
    size i;
    sort(&references);
    add(&text, type);
    for (i = 0; i < references.count; i++)
        add(&text, ":", references.at[i]);
    if (self)
        add(&text, ":self");
    return text.at;
}

/* The path of a tree, by the hash of its archive and its references. */
static char *tree_path(const char *name, const byte *digest, struct list references, int self)
{
    return store_path(type_with("source", references, self), digest, name);
}

/* The path of a file that names nothing, by its own hash. */
static char *flat_path(const char *name, const byte *digest)
{
    byte inner[32];
    sha256_of(join("fixed:out:sha256:", base16(digest, 32), ":"), inner);
    return store_path("output:out", inner, name);
}

/* The path of a text. */
static char *text_path(const char *name, const char *text, struct list references)
{
    byte digest[32];
    sha256_of(text, digest);
    return store_path(type_with("text", references, 0), digest, name);
}

static char *hash_part(const char *path) { return copy_of(path + strlen(STORE "/"), HASH_PART); }

static char *record_file(const char *path) { return join(RECORDS "/paths/", base_name(path)); }

static char *record_text(const struct valid *valid)
{
    struct text text = { NULL, 0, 0 };
    size i;
    add(&text, valid->path, "\n", valid->hash, "\n", decimal(valid->length), "\n", valid->deriver, "\n", decimal(valid->references.count), "\n");
    for (i = 0; i < valid->references.count; i++)
        add(&text, valid->references.at[i], "\n");
    return text.at;
}

static int is_valid(const char *path)
{
    struct status status;
    return look_at(record_file(path), &status) && look_at(path, &status);
}

/* After five lines of a record: path, hash, length, what made it, how many references. */
static struct list references_of(const char *path)
{
    char *at = read_text(record_file(path));
    int i;
    for (i = 0; i < 5; i++)
        at = strchr(at, '\n') + 1;
    return split(at, "\n");
}

/* Some paths and everything they refer to, directly or indirectly. */
static struct list closure_of(const struct list *paths)
{
    struct list closure = { NULL, 0, 0 };
    size i, j;
    for (i = 0; i < paths->count; i++)
        append_new(&closure, paths->at[i]);
    for (i = 0; i < closure.count; i++) {
        struct list references = references_of(closure.at[i]);
        for (j = 0; j < references.count; j++)
            append_new(&closure, references.at[j]);
    }
    return closure;
}

/* Keeps only the executable bit of a mode; no time, no owner. */
static void make_canonical(const char *path)
{
    struct status status;
    struct list names;
    size times[4] = { 1, 0, 1, 0 }, i;
    look_at(path, &status);
    if ((status.mode & S_KIND) == S_FOLDER) {
        need(call2(SYS_chmod, path, 0755), "set the mode of", path);
        names = list_folder(path);
        for (i = 0; i < names.count; i++)
            make_canonical(join(path, "/", names.at[i]));
        need(call2(SYS_chmod, path, 0555), "set the mode of", path);
    } else if ((status.mode & S_KIND) == S_FILE)
        need(call2(SYS_chmod, path, status.mode & 0100 ? 0555 : 0444), "set the mode of", path);
    else if ((status.mode & S_KIND) != S_LINK)
        die(path, " is neither file, link nor folder");
    if (status.user || status.group)
        call3(SYS_lchown, path, 0, 0);
    need(call(SYS_utimensat, -100, path, times, 0x100, 0), "set the times of", path);          /* of a link itself */
}

/* Moves a tree to its path and records it. All of it is on the disk before the record is. */
static void add_to_store(const char *tree, const struct valid *valid)
{
    long fd;
    if (is_valid(valid->path)) {
        remove_tree(tree);
        return;
    }
    remove_tree(valid->path);
    need(call2(SYS_rename, tree, valid->path), "rename", tree);
    fd = need(call3(SYS_open, STORE, O_RDONLY, 0), "open", STORE);
    call1(SYS_syncfs, fd);
    call1(SYS_close, fd);
    write_text(record_file(valid->path), record_text(valid));
}

static void copy_tree(const char *from, const char *to)
{
    struct status status;
    struct list names;
    struct bytes file;
    size i;
    long fd;
    if (!look_at(from, &status))
        need(-ENOENT, "look at", from);
    switch (status.mode & S_KIND) {
    case S_FOLDER:
        need(call2(SYS_mkdir, to, 0755), "make the folder", to);
        names = list_folder(from);
        for (i = 0; i < names.count; i++)
            copy_tree(join(from, "/", names.at[i]), join(to, "/", names.at[i]));
        break;
    case S_LINK:
        need(call2(SYS_symlink, read_link(from), to), "make the link", to);
        break;
    default:
        file = read_file_if_any(from);
        fd = need(call3(SYS_open, to, O_WRONLY | O_CREAT | O_TRUNC, status.mode & 0777), "create", to);
        write_all(fd, file.at, file.length);
        need(call1(SYS_close, fd), "close", to);
    }
}

/*
 * Makes sure that an input from outside is in the store. The list of inputs has a line for each: how it is hashed ("flat" or "tree"), its path, its
 * file in the kit, and, for people, where it is published.
 */
static void need_input(const char *path)
{
    char *list = read_text("/inputs.list"), *line, *name = join(path + strlen(STORE "/") + HASH_PART + 1), *found = "";
    struct list words, none = { NULL, 0, 0 };
    struct scan scan;
    struct status status;
    struct valid valid;
    byte digest[32];
    if (is_valid(path))
        return;
    line = strstr(list, join(" ", path, " "));
    if (!line)
        die("inputs.list does not name ", path);
    while (line > list && line[-1] != '\n')
        line--;
    if (strchr(line, '\n'))
        *strchr(line, '\n') = 0;
    words = split(line, " ");
    if (!look_at(join("/", words.at[2]), &status))
        die(words.at[2], " is missing; put it there from ", words.count > 3 ? words.at[3] : "the kit");
    remove_tree("/made/input");
    copy_tree(join("/", words.at[2]), "/made/input");
    make_canonical("/made/input");
    if (same(words.at[0], "flat")) {
        hash_file("/made/input", digest);
        found = flat_path(name, digest);
    }
    scan = scan_tree("/made/input", NULL, NULL);
    if (same(words.at[0], "tree"))
        found = tree_path(name, scan.hash, none, 0);
    if (!same(found, path))
        die(words.at[2], " is not what it should be: it would be ", found, ", and has to be ", path);
    valid.path = path, valid.hash = base16(scan.hash, 32), valid.deriver = "", valid.length = scan.length, valid.references = none;
    add_to_store("/made/input", &valid);
}
