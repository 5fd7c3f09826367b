/*
 * Changes to the sources, each with its reason. The text to be replaced must occur exactly once: an edit that no
 * longer fits its file stops the build, and cannot silently do nothing or too much.
 */

struct edit { const char *file, *why, *old, *new; };

/* Returns NULL if there is none. */
static const char *find_text(const char *at, const char *end, const char *text, size length)
{
    for (; at + length <= end; at++)
        if (*at == *text && same_bytes(at, text, length))
            return at;
    return NULL;
}

/* Applies edits, up to one without a file, to the files in `folder`. */
static void apply_edits(const char *folder, const struct edit *edit)
{
    for (; edit->file; edit++) {
        const char *path = join(folder, "/", edit->file), *text = read_text(path), *end = text + length_of(text);
        size length = length_of(edit->old);
        const char *old = find_text(text, end, edit->old, length);
        if (!old)
            die("edit of ", path, " (", edit->why, "): there is no\n", edit->old);
        if (find_text(old + 1, end, edit->old, length))
            die("edit of ", path, " (", edit->why, "): there is more than one\n", edit->old);
        write_text(path, join(copy_of(text, old - text), edit->new, old + length));
    }
}

/* A new text, with `new` wherever the old one has `old`. */
static char *replace_all(const char *text, const char *old, const char *new)
{
    struct text edited = { NULL };
    const char *end = text + length_of(text), *found;
    for (; (found = find_text(text, end, old, length_of(old))) != NULL; text = found + length_of(old))
        add(&edited, copy_of(text, found - text), new);
    add(&edited, text);
    return edited.at;
}
