/* Busybox' configuration, without kconfig.

   Sources ask about an option FOO in four ways: ENABLE_FOO is 1 or 0; IF_FOO(x) is x or nothing, IF_NOT_FOO(x) the reverse;
   CONFIG_FOO is its value, or undefined. Upstream generates all of them for each of its thousand options, because a missing one
   does not compile. Here they are made for the options that the sources to be compiled really ask about: on, if listed in
   protobusybox_options, else off. A listed option that no source asks about is a mistake, and ends the build.

   Wants of its includer: read_text() and write_file(); allocate(); die(). */

struct option {
	struct option *next;
	const char *name;  /* without ENABLE_ and the like; as it stands in some text, so not terminated: */
	long length;
	const char *value; /* 0: off */
	int asked_about, defined, undefined;
};

static struct option *options, **end_of_options = &options;

static int is_in_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The text behind the prefix, or 0. */
static const char *behind(const char *prefix, const char *text)
{
	while (*prefix)
		if (*prefix++ != *text++)
			return 0;
	return text;
}

static struct option *option_of_name(const char *name)
{
	struct option *option;
	long length = 0;

	while (is_in_word(name[length]))
		length++;
	for (option = options; option; option = option->next) {
		long i = 0;

		if (option->length != length)
			continue;
		while (i < length && option->name[i] == name[i])
			i++;
		if (i == length)
			return option;
	}
	option = allocate(sizeof *option);
	*option = (struct option){.name = name, .length = length};
	*end_of_options = option;
	end_of_options = &option->next;
	return option;
}

static void note_options(const char *text)
{
	static const char *const prefixes[] = {"ENABLE_", "IF_NOT_", "IF_", "CONFIG_"};
	const char *word = "", *previous;

	for (;;) {
		while (*text && !is_in_word(*text))
			text++;
		if (!*text)
			return;
		previous = word;
		word = text;
		while (is_in_word(*text))
			text++;
		for (int i = 0; i < 4; i++) {
			const char *name = behind(prefixes[i], word);

			if (name) {
				struct option *option = option_of_name(name);

				option->asked_about = 1;
				if (behind("define", previous))
					option->defined = 1;
				if (behind("undef", previous))
					option->undefined = 1;
				break;
			}
		}
	}
}

static char *put(char *to, const char *text, long length)
{
	while (length--)
		*to++ = *text++;
	return to;
}

static char *put_macro(char *to, const char *prefix, const struct option *option, const char *parameters, const char *value)
{
	const char *parts[] = {"#define ", prefix, option->name, parameters, " ", value, "\n"};

	for (int i = 0; i < 7; i++) {
		long length = 0;

		if (i == 2)
			length = option->length;
		else
			while (parts[i][length])
				length++;
		to = put(to, parts[i], length);
	}
	return to;
}

/* Writes include/autoconf.h. The current directory is busybox' tree. */
static void configure_busybox(void)
{
	struct option *option;
	long room = 0;
	char *header, *to;

	for (int i = 0; protobusybox_options[i]; i++) {
		const char *value = protobusybox_options[i];

		option = option_of_name(value);
		value += option->length;
		option->value = *value == '=' ? value + 1 : "1";
		while (*value++)
			room++;
	}
	for (int i = 0; protobusybox_headers[i]; i++)
		note_options(read_text(protobusybox_headers[i]));
	for (int i = 0; protobusybox_sources[i]; i++)
		note_options(read_text(protobusybox_sources[i]));

	for (option = options; option; option = option->next)
		room += 4 * (option->length + 40);
	header = to = allocate(room);
	for (option = options; option; option = option->next) {
		if (!option->asked_about)
			die("no source asks about the busybox option ", option->name);
		if (option->value)
			to = put_macro(to, "CONFIG_", option, "", option->value);
		else if (option->defined && !option->undefined)
			continue; /* looks like an option, but is the sources' own macro */
		to = put_macro(to, "ENABLE_", option, "", option->value ? "1" : "0");
		to = put_macro(to, "IF_", option, "(...)", option->value ? "__VA_ARGS__" : "");
		to = put_macro(to, "IF_NOT_", option, "(...)", option->value ? "" : "__VA_ARGS__");
	}
	write_file("include/autoconf.h", header, to - header, 0644);
}
