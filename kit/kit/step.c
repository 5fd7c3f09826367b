/*
 * A step: one derivation, as a file for people. A word, or "env" and a variable's name, begins a field; the following lines that begin with four
 * spaces are its value. <stage1^tinycc> means the path of another step's output, and <^out> this step's own output.
 *
 * The place where outputs are made depends on the hash of the derivation as Nix writes it, with the paths of all inputs. So the derivation is
 * written here, too, but only for its hash.
 */

struct step {
    const char *label, *name, *builder;
    struct list outputs, needs, inputs, arguments, variables, values;
    struct list from, to;                      /* what stands for another step's output, and its path */
    const char *derivation;                    /* the path of the derivation */
    struct list scratch;                       /* where the outputs are made */
};

/* Removes the value's lines from the text; returns them without their indentation. */
static char *take_value(char **text)
{
    struct text value = { NULL, 0, 0 };
    int first = 1;
    while (starts_with(*text, "    ")) {
        char *end = *text + 4;
        while (*end && *end != '\n')
            end++;
        if (!first)
            add(&value, "\n");
        first = 0;
        add_bytes(&value, *text + 4, end - *text - 4);
        *text = *end ? end + 1 : end;
    }
    return value.at ? value.at : "";
}

static struct step read_step(const char *file)
{
    struct step step;
    char *text = read_text(file), *end, *value;
    memset(&step, 0, sizeof step);
    for (step.label = base_name(file); *step.label && *step.label++ != '-';)
        ;
    while (*text) {
        const char *field = text;
        for (end = text; *end && *end != '\n'; end++)
            ;
        text = *end ? end + 1 : end;
        *end = 0;
        if (!*field || *field == '#')
            continue;
        value = take_value(&text);
        if (same(field, "name"))
            step.name = value;
        else if (same(field, "builder"))
            step.builder = value;
        else if (same(field, "outputs"))
            step.outputs = split(value, " \n");
        else if (same(field, "needs"))
            step.needs = split(value, " \n");
        else if (same(field, "inputs"))
            step.inputs = split(value, " \n");
        else if (same(field, "argument"))
            append(&step.arguments, value);
        else if (starts_with(field, "env ")) {
            append(&step.variables, field + 4);
            append(&step.values, value);
        } else
            die(file, ": ", field, " is not a field of a step");
    }
    if (!step.name || !step.builder || !step.outputs.count)
        die(file, " lacks a name, a builder or outputs");
    return step;
}

/* Replaces placeholders by their values. */
static char *replace(const char *in, const struct list *from, const struct list *to)
{
    struct text text = { NULL, 0, 0 };
    const char *rest = in, *at;
    size i;
    add(&text, "");
    for (at = in; *at; at++)
        for (i = 0; *at == '<' && i < from->count; i++)
            if (starts_with(at, from->at[i])) {
                add_bytes(&text, rest, at - rest);
                add(&text, to->at[i]);
                rest = at + strlen(from->at[i]);
                at = rest - 1;
                break;
            }
    add(&text, rest);
    return text.at;
}

/* LABEL^OUTPUT: the path of a built step's output. */
static char *output_path(const char *reference)
{
    const char *sign = strchr(reference, '^');
    struct list words;
    char *file;
    size i;
    if (!sign)
        die(reference, " is not a step's output: STEP^OUTPUT");
    file = join(RECORDS "/steps/", copy_of(reference, sign - reference));
    if (!read_file_if_any(file).at)
        die(reference, " is not built yet");
    words = split(read_text(file), " \n");
    for (i = 0; i + 1 < words.count; i += 2)
        if (same(words.at[i], sign + 1))
            return words.at[i + 1];
    die("there is no output ", reference);
    return NULL;
}

static void add_quoted(struct text *text, const char *value)
{
    char one[3] = { '\\', 0, 0 };
    add(text, "\"");
    for (; *value; value++) {
        const char *escaped = strchr("\"\\\nn\rr\tt", *value);
        if (*value == '"' || *value == '\\')
            one[1] = *value;
        else if (*value == '\n' || *value == '\r' || *value == '\t')
            one[1] = escaped[1];
        else {
            add_bytes(text, value, 1);
            continue;
        }
        add(text, one);
    }
    add(text, "\"");
}

static void add_quoted_list(struct text *text, const struct list *items)
{
    size i;
    for (i = 0; i < items->count; i++) {
        if (i)
            add(text, ",");
        add_quoted(text, items->at[i]);
    }
}

/* The derivation as Nix writes it when all inputs are known. The step's file has outputs and variables in byte order. */
static char *derivation_text(const struct step *step, const struct list *inputs, const struct list *from, const struct list *to)
{
    struct text text = { NULL, 0, 0 };
    struct list arguments = { NULL, 0, 0 };
    size i;
    add(&text, "Derive([");
    for (i = 0; i < step->outputs.count; i++)
        add(&text, i ? "," : "", "(\"", step->outputs.at[i], "\",\"\",\"r:sha256\",\"\")");
    add(&text, "],[],[");
    add_quoted_list(&text, inputs);
    add(&text, "],\"x86_64-linux\",");
    add_quoted(&text, replace(step->builder, from, to));
    for (i = 0; i < step->arguments.count; i++)
        append(&arguments, replace(step->arguments.at[i], from, to));
    add(&text, ",[");
    add_quoted_list(&text, &arguments);
    add(&text, "],[");
    for (i = 0; i < step->variables.count; i++) {
        add(&text, i ? ",(" : "(");
        add_quoted(&text, step->variables.at[i]);
        add(&text, ",");
        add_quoted(&text, replace(step->values.at[i], from, to));
        add(&text, ")");
    }
    add(&text, "])");
    return text.at;
}

static char *output_name(const struct step *step, const char *output)
{
    return same(output, "out") ? join(step->name) : join(step->name, "-", output);
}

/* Finds the inputs, and computes what depends on them. */
static void resolve(struct step *step)
{
    static const byte nothing[32];
    struct list inputs = { NULL, 0, 0 }, from = { NULL, 0, 0 }, to = { NULL, 0, 0 };
    byte digest[32];
    size i;
    for (i = 0; i < step->inputs.count; i++)
        append_new(&inputs, step->inputs.at[i]);
    for (i = 0; i < step->needs.count; i++) {
        char *path = output_path(step->needs.at[i]);
        append_new(&inputs, path);
        append(&step->from, join("<", step->needs.at[i], ">"));
        append(&step->to, path);
    }
    sort(&inputs);
    for (i = 0; i < step->from.count; i++)
        append(&from, step->from.at[i]), append(&to, step->to.at[i]);
    for (i = 0; i < step->outputs.count; i++) {
        sha256_of(join("nix-output:", step->outputs.at[i]), digest);
        append(&from, join("<^", step->outputs.at[i], ">"));
        append(&to, join("/", base32(digest, 32)));
    }
    step->inputs = inputs;
    step->derivation = text_path(join(step->name, ".drv"), derivation_text(step, &inputs, &from, &to), inputs);
    for (i = 0; i < step->outputs.count; i++) {
        char *type = join("rewrite:", base_name(step->derivation), ":name:", step->outputs.at[i]);
        append(&step->scratch, store_path(type, nothing, output_name(step, step->outputs.at[i])));
        append(&step->from, join("<^", step->outputs.at[i], ">"));
        append(&step->to, step->scratch.at[i]);
    }
}
