/*
 * Busybox' configuration, without kconfig.
 *
 * Sources ask about an option FOO in four ways: ENABLE_FOO is 1 or 0; IF_FOO(x) is x or nothing, IF_NOT_FOO(x) the
 * reverse; CONFIG_FOO is its value, or undefined. Upstream generates all of them for each of its thousand options,
 * because a missing one does not compile. Here they are made for the options that the sources to be compiled really
 * ask about: on, if listed in protobusybox_options or named like a program, else off. A listed option that no source
 * asks about is a mistake, and ends the build.
 */

struct option {
    struct option *next;
    const char *name;                          /* without ENABLE_ and the like */
    const char *value;                         /* NULL: off */
    int defined, undefined;                    /* by the sources themselves */
};

static struct option *options, **end_of_options = &options;

static int is_in_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static size word_length(const char *text)
{
    const char *end = text;
    while (is_in_word(*end))
        end++;
    return end - text;
}

/* The option named by the word at the start of a text. */
static struct option *find_option(const char *text)
{
    struct option *option;
    size length = word_length(text);
    for (option = options; option; option = option->next)
        if (same_bytes(text, option->name, length) && !option->name[length])
            return option;
    return NULL;
}

static struct option *note_option(const char *text)
{
    struct option *option = find_option(text);
    if (!option) {
        option = allocate(sizeof *option);
        option->name = copy_of(text, word_length(text));
        *end_of_options = option;
        end_of_options = &option->next;
    }
    return option;
}

/* Notes every option that a source asks about. */
static void note_options(const char *text)
{
    static const char *prefixes[] = { "ENABLE_", "IF_NOT_", "IF_", "CONFIG_", NULL }, **prefix;
    const char *word = "", *previous;
    for (;;) {
        while (*text && !is_in_word(*text))
            text++;
        if (!*text)
            return;
        previous = word;
        word = text;
        text += word_length(text);
        for (prefix = prefixes; *prefix && !starts_with(word, *prefix); prefix++)
            ;
        if (*prefix) {
            struct option *option = note_option(word + length_of(*prefix));
            option->defined |= starts_with(previous, "define");
            option->undefined |= starts_with(previous, "undef");
        }
    }
}

/* A listed option: NAME, or NAME=VALUE. */
static void turn_on(const char *setting)
{
    struct option *option = find_option(setting);
    const char *value = setting + word_length(setting);
    if (!option)
        die("no source asks about the busybox option ", setting);
    option->value = *value == '=' ? value + 1 : "1";
}

/* A program's own option is its name in capitals: cat asks about CAT. Some have none. */
static void turn_on_program(const char *name)
{
    char *capitals = join(name), *c;
    struct option *option;
    for (c = capitals; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c += 'A' - 'a';
    option = find_option(capitals);
    if (option && *capitals)
        option->value = "1";
}

/* Writes include/autoconf.h, in the folder of busybox. */
static void configure_busybox(const char *busybox)
{
    struct text header = { NULL };
    struct option *option;
    int i, j;

    for (i = 0; protobusybox_headers[i]; i++)
        note_options(read_text(join(busybox, "/", protobusybox_headers[i])));
    for (i = 0; protobusybox_sources[i]; i++)
        note_options(read_text(join(busybox, "/", protobusybox_sources[i])));
    for (i = 0; protobusybox_programs[i].name; i++) {
        turn_on_program(protobusybox_programs[i].name);
        for (j = 0; j < 2 && protobusybox_programs[i].others[j]; j++)
            turn_on_program(protobusybox_programs[i].others[j]);
    }
    for (i = 0; protobusybox_options[i]; i++)
        turn_on(protobusybox_options[i]);

    for (option = options; option; option = option->next) {
        const char *name = option->name, *value = option->value;
        if (value)
            add(&header, "#define CONFIG_", name, " ", value, "\n");
        else if (option->defined && !option->undefined)
            continue;                          /* looks like an option, but is the sources' own macro */
        add(&header, "#define ENABLE_", name, value ? " 1\n" : " 0\n");
        add(&header, "#define IF_", name, value ? "(...) __VA_ARGS__\n" : "(...)\n");
        add(&header, "#define IF_NOT_", name, value ? "(...)\n" : "(...) __VA_ARGS__\n");
    }
    write_file(join(busybox, "/include/autoconf.h"), header.at, header.length, 0644);
}
