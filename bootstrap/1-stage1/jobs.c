/*
 * Runs commands side by side, as many as there are cores. Which of them end first must not matter to what they make:
 * a command gets nothing from another that was started since the last finish_jobs().
 */

static int cores;

struct job { int process; const char *command; };
static struct job running[256];
static int running_count;

/* NIX_BUILD_CORES if it says something, else (or if it is 0, which means "all") what the kernel lets us use. */
static void count_cores(void)
{
    static const char name[] = "NIX_BUILD_CORES=";
    struct bytes environment = read_file_if_any("/proc/self/environ");
    const char *entry = (const char *)environment.at, *end = entry + environment.length;
    for (; entry < end; entry += length_of(entry) + 1)
        if (starts_with(entry, name))
            for (entry += length_of(name); *entry >= '0' && *entry <= '9' && cores < 1000; entry++)
                cores = cores * 10 + *entry - '0';
    if (!cores) {
        byte set[128];
        long length = call3(SYS_sched_getaffinity, 0, sizeof set, set), bit;
        for (bit = 0; bit < length * 8; bit++)
            cores += set[bit / 8] >> bit % 8 & 1;
    }
    if (cores < 1)
        cores = 1;
    if (cores > sizeof running / sizeof *running)
        cores = sizeof running / sizeof *running;
}

/* A command has failed: ends the others, so that the message is the last thing to happen, and gives up. */
static void give_up(const char *how, int number, const char *command)
{
    for (; running_count; running_count--)
        call2(SYS_kill, running[running_count - 1].process, SIGKILL);
    die(how, " ", decimal(number), ": ", command);
}

static void wait_for_one(void)
{
    int status = 0, i;
    const char *command;
    long process = system_call(SYS_wait4, -1, (long)&status, 0, 0, 0, 0);
    if (process == -EINTR)
        return;
    need(process, "wait for", "a command");
    for (i = 0; i < running_count && running[i].process != process; i++)
        ;
    if (i == running_count)
        return;                                /* an orphan, given to us because we are the first process */
    command = running[i].command;
    running[i] = running[--running_count];
    if (status & 0x7f)
        give_up("ended by signal", status & 0x7f, command);
    if (status)
        give_up("exit status", status >> 8, command);
}

static void finish_jobs(void)
{
    while (running_count)
        wait_for_one();
}

/* Forks once a core is free. Returns true in the new process, which may run jobs of its own, and has to quit(). */
static int start_job(const char *command)
{
    long process;
    while (running_count >= cores)
        wait_for_one();
    process = call0(SYS_fork);
    need(process, "fork for", command);
    if (!process) {
        running_count = 0;
        return 1;
    }
    running[running_count].process = process;
    running[running_count++].command = command;
    return 0;
}

/* Becomes a command in a folder: words with one space between them. There is no shell, hence no quoting. */
static void become(const char *folder, const char *command)
{
    static const char *no_environment[] = { NULL };
    char **words, *c;
    size count = 1;
    enter_folder(folder);
    for (c = join(command); *c; c++)
        count += *c == ' ';
    words = allocate((count + 1) * sizeof *words);
    words[0] = c = join(command);
    for (count = 1; *c; c++)
        if (*c == ' ') {
            *c = 0;
            words[count++] = c + 1;
        }
    need(call3(SYS_execve, words[0], words, no_environment), "run", words[0]);
}

static void start(const char *folder, const char *command)
{
    if (start_job(command))
        become(folder, command);
}

/* Runs one command, once nothing else runs. */
static void run(const char *folder, const char *command)
{
    finish_jobs();
    start(folder, command);
    finish_jobs();
}

/* Whether a command succeeds, while nothing else runs. It may not: what it says is not for the reader. */
static int try(const char *folder, const char *command)
{
    int status = 0;
    long process = call0(SYS_fork), ended;
    need(process, "fork for", command);
    if (!process) {
        call1(SYS_close, 1);
        call1(SYS_close, 2);
        become(folder, command);
    }
    do
        ended = system_call(SYS_wait4, process, (long)&status, 0, 0, 0, 0);
    while (ended == -EINTR);
    need(ended, "wait for", command);
    return status == 0;
}
