/*
 * The kit's builder. In the kit's folder as root (see `enter`):
 *
 *     kit build STEP                  builds a step, unless it is built
 *     kit path STEP^OUTPUT            prints the path of an output
 *     kit verify                      hashes everything in the store again
 *     kit register FILE               writes what `nix-store --load-db` reads
 * Anywhere:
 *     kit enter [PROGRAM ...]         makes the working directory the root, and builds everything or runs a program there
 *     kit boot [PROGRAM ...]          the same where there is only a kernel, and switches the machine off
 *     kit hash TREE                   the hash and length of a tree's archive
 *     kit finish INPUT,... NAME TREE ...      moves outputs to their paths, as after a build; each TREE is FOLDER/HASH-NAME, its scratch path
 */
#include "ground.c"
#include "sha256.c"
#include "nar.c"
#include "store.c"
#include "step.c"
#include "outputs.c"
#include "sandbox.c"

/* Seconds since some fixed time. */
static size now(void)
{
    size time[2];
    call2(SYS_clock_gettime, 1, time);
    return time[0];
}

static size count_cores(void)
{
    byte set[128];
    long length = call3(SYS_sched_getaffinity, 0, sizeof set, set), bit;
    size cores = 0;
    for (bit = 0; bit < length * 8; bit++)
        cores += set[bit / 8] >> bit % 8 & 1;
    return cores ? cores : 1;
}

static void set(struct list *environment, const char *name, const char *value)
{
    char *prefix = join(name, "=");
    size i;
    for (i = 0; i < environment->count; i++)
        if (starts_with(environment->at[i], prefix)) {
            environment->at[i] = join(prefix, value);
            return;
        }
    append(environment, join(prefix, value));
}

/* Variables that Nix sets: the step may change the first ones, but not the last. */
static struct list environment_of(const struct step *step)
{
    static const char *places[] = { "NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD", NULL };
    struct list environment = { NULL, 0, 0 };
    size i;
    set(&environment, "PATH", "/path-not-set");
    set(&environment, "HOME", "/homeless-shelter");
    set(&environment, "NIX_STORE", STORE);
    set(&environment, "NIX_BUILD_CORES", decimal(count_cores()));
    for (i = 0; i < step->variables.count; i++)
        set(&environment, step->variables.at[i], replace(step->values.at[i], &step->from, &step->to));
    for (i = 0; places[i]; i++)
        set(&environment, places[i], "/build");
    set(&environment, "NIX_LOG_FD", "2");
    set(&environment, "TERM", "xterm-256color");
    return environment;
}

/* Compares an output with its pin, a line "STEP^OUTPUT PATH HASH LENGTH" of /pins; prints the result. */
static const char *compare_pin(const char *reference, const struct valid *valid)
{
    struct list lines = split((char *)read_file_if_any("/pins").at, "\n");
    char *mine = join(reference, " ", valid->path, " ", valid->hash, " ", decimal(valid->length));
    size i;
    for (i = 0; i < lines.count; i++)
        if (starts_with(lines.at[i], join(reference, " "))) {
            if (same(lines.at[i], mine))
                return "same";
            die("DIFFERENT: this came out\n  ", mine, "\nand this is pinned\n  ", lines.at[i]);
        }
    return "new";
}

/* The outputs of a built step, from its record: names and paths, alternating. */
static void record_step(const struct step *step, const char *outputs)
{
    write_text(join(RECORDS "/steps/", step->label), outputs);
}

static int all_are_there(const char *outputs)
{
    struct list words = split(join(outputs), " \n");
    size i;
    for (i = 1; i < words.count; i += 2)
        if (!is_valid(words.at[i]))
            return 0;
    return 1;
}

static void say_tail(const char *log)
{
    struct bytes text = read_file_if_any(log);
    size tail = text.length < 3000 ? text.length : 3000;
    write_all(2, text.at + text.length - tail, tail);
}

static void build(const char *file)
{
    struct step step = read_step(file);
    struct output outputs[16];
    struct list command = { NULL, 0, 0 }, environment, inputs;
    struct text record = { NULL, 0, 0 };
    struct bytes before;
    const char *root, *log = join("/nix/var/log/kit/", base_name(file)), *built;
    size i, began = now();
    long code;
    resolve(&step);
    if (step.outputs.count > 16)
        die(file, " has too many outputs");
    for (i = 0; i < step.inputs.count; i++)
        need_input(step.inputs.at[i]);
    built = join(RECORDS "/built/", base_name(step.derivation));
    before = read_file_if_any(built);
    if (before.at && all_are_there((char *)before.at)) {
        record_step(&step, (char *)before.at);
        say(base_name(file), ": done before\n");
        return;
    }
    say(base_name(file), "\n");
    root = join("/made/", base_name(file));
    append(&command, replace(step.builder, &step.from, &step.to));
    for (i = 0; i < step.arguments.count; i++)
        append(&command, replace(step.arguments.at[i], &step.from, &step.to));
    environment = environment_of(&step);
    inputs = closure_of(&step.inputs);
    code = run_in_sandbox(root, command.at, environment.at, &inputs, log);
    if (code) {
        say_tail(log);
        die(base_name(file), " failed with status ", decimal(code), "; its log is ", log);
    }
    memset(outputs, 0, sizeof outputs);
    for (i = 0; i < step.outputs.count; i++) {
        outputs[i].name = output_name(&step, step.outputs.at[i]);
        outputs[i].scratch = step.scratch.at[i];
        outputs[i].tree = join(root, step.scratch.at[i]);
        outputs[i].valid.deriver = step.derivation;
    }
    finish_outputs(outputs, step.outputs.count, &inputs);
    for (i = 0; i < step.outputs.count; i++) {
        char *reference = join(step.label, "^", step.outputs.at[i]);
        const char *pinned = compare_pin(reference, &outputs[i].valid);
        say("  ", reference, " ", pinned, " ", outputs[i].valid.path, "\n");
        add(&record, step.outputs.at[i], " ", outputs[i].valid.path, "\n");
    }
    for (i = 0; i < step.outputs.count; i++)
        add_to_store(outputs[i].tree, &outputs[i].valid);
    write_text(built, record.at);
    record_step(&step, record.at);
    remove_tree(root);
    say("  ", decimal(now() - began), " s\n");
}

static struct list records(void) { return list_folder(RECORDS "/paths"); }

static void verify(void)
{
    struct list names = records();
    size i, length = 0;
    for (i = 0; i < names.count; i++) {
        struct list lines = split(read_text(join(RECORDS "/paths/", names.at[i])), "\n");
        struct scan scan = scan_tree(lines.at[0], NULL, NULL);
        if (!same(base16(scan.hash, 32), lines.at[1]))
            die(lines.at[0], " is not what it was");
        length += scan.length;
    }
    say(decimal(names.count), " paths, ", decimal(length), " bytes: as they were recorded\n");
}

static void write_registration(const char *file)
{
    struct list names = records();
    struct text text = { NULL, 0, 0 };
    size i;
    for (i = 0; i < names.count; i++)
        add(&text, read_text(join(RECORDS "/paths/", names.at[i])));
    write_text(file, text.at ? text.at : "");
}

static void finish(char **arguments, int count)
{
    struct list inputs = split(join(arguments[0]), ",");
    struct output *outputs = allocate(count * sizeof *outputs);
    int i;
    for (i = 0; i < count / 2; i++) {
        outputs[i].name = arguments[1 + i * 2];
        outputs[i].tree = arguments[2 + i * 2];
        outputs[i].scratch = join(STORE "/", base_name(outputs[i].tree));
        outputs[i].valid.deriver = "";
    }
    finish_outputs(outputs, count / 2, &inputs);
    for (i = 0; i < count / 2; i++)
        say(record_text(&outputs[i].valid));
}

static void make_places(void)
{
    static const char *places[] = { STORE, RECORDS "/paths", RECORDS "/built", RECORDS "/steps", "/nix/var/log/kit", "/made", NULL };
    int i;
    for (i = 0; places[i]; i++)
        make_folders(places[i]);
}

/* Builds the steps in order, each in a process of its own. The first shell continues as soon as it is built. */
static void build_all(void)
{
    static char *nothing[] = { NULL };
    struct list steps = list_folder("/steps");
    size i;
    long process, code;
    make_places();
    for (i = 0; i < steps.count; i++) {
        process = need(call0(SYS_fork), "start", "a step");
        if (!process) {
            build(join("/steps/", steps.at[i]));
            quit(0);
        }
        code = wait_for(process);
        if (code)
            quit(code);
        if (same(strchr(steps.at[i], '-'), "-stage1")) {
            char *shell[] = { join(output_path("stage1^protobusybox"), "/bin/ash"), "drive", NULL };
            need(call3(SYS_execve, shell[0], shell, nothing), "run", shell[0]);
        }
    }
    write_registration("/registration");
}

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : "";
    int rest = count - 2;
    struct scan scan;
    call1(SYS_umask, 022);
    if (same(command, "build") && rest == 1)
        make_places(), build(arguments[2]);
    else if (same(command, "path") && rest == 1)
        say(output_path(arguments[2]), "\n");
    else if (same(command, "verify") && !rest)
        verify();
    else if (same(command, "register") && rest == 1)
        write_registration(arguments[2]);
    else if (same(command, "enter"))
        enter(arguments + 2);
    else if (same(command, "boot"))
        boot(arguments + 2);
    else if (same(command, "hash") && rest == 1) {
        scan = scan_tree(arguments[2], NULL, NULL);
        say(base16(scan.hash, 32), " ", decimal(scan.length), "\n");
    } else if (same(command, "finish") && rest >= 3 && rest % 2)
        finish(arguments + 2, rest);
    else
        die("arguments: build, path, verify, register, enter, boot, hash or finish; kit.c says more");
    return 0;
}
