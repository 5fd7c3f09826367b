/*
 * Changes to the sources, each with its reason. The text to be replaced must occur exactly once: an edit that no
 * longer fits its file stops the build, and cannot silently do nothing or too much.
 */

struct edit { const char *file, *why, *old, *new; };

static const byte *find_text(const byte *at, const byte *end, const char *text, size length)
{
    for (; at + length <= end; at++)
        if (*at == (byte)*text && same_bytes(at, text, length))
            return at;
    return NULL;
}

/* Applies edits, up to one without a file, to the files in `folder`. */
static void apply_edits(const char *folder, const struct edit *edit)
{
    for (; edit->file; edit++) {
        const char *path = join(folder, "/", edit->file);
        struct bytes text = read_file(path);
        const byte *end = text.at + text.length;
        size old_length = length_of(edit->old), new_length = length_of(edit->new);
        const byte *old = find_text(text.at, end, edit->old, old_length);
        if (!old)
            die("edit of ", path, " (", edit->why, "): there is no\n", edit->old);
        if (find_text(old + 1, end, edit->old, old_length))
            die("edit of ", path, " (", edit->why, "): there is more than one\n", edit->old);
        byte *edited = allocate(text.length - old_length + new_length), *out = edited;
        memcpy(out, text.at, old - text.at);
        out += old - text.at;
        memcpy(out, edit->new, new_length);
        out += new_length;
        memcpy(out, old + old_length, end - (old + old_length));
        write_file(path, edited, text.length - old_length + new_length, 0644);
    }
}
