/* Types keys at a pseudo-terminal, and expects the lines that come of them. */
#define _GNU_SOURCE
#include <editline.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char *const words[] = { "builtins.map", "builtins.match", "import", NULL };

static char *complete(char *word, int *match) {
    const char *only = NULL;
    int count = 0;
    for (int i = 0; words[i]; i++)
        if (strncmp(words[i], word, strlen(word)) == 0)
            only = words[i], count++;
    *match = count == 1;
    if (count == 1)
        return strdup(only + strlen(word));
    if (count > 1 && strlen(word) < strlen("builtins.ma") && strncmp(word, "b", 1) == 0)
        return strdup("builtins.ma" + strlen(word));
    return NULL;
}

static int list(char *word, char ***list) {
    int count = 0;
    *list = calloc(3, sizeof **list);
    for (int i = 0; words[i]; i++)
        if (strncmp(words[i], word, strlen(word)) == 0)
            (*list)[count++] = strdup(words[i]);
    return count;
}

static volatile sig_atomic_t interrupted;
static void interrupt(int signal) {
    interrupted = signal;
}

/* What is tested: a program that says each line it gets. */
static void program(void) {
    char *line;
    rl_set_complete_func(complete);
    rl_set_list_possib_func(list);
    signal(SIGINT, interrupt);
    el_hist_size = 3;
    if (read_history("missing") == 0)
        exit(1);
    while ((line = readline("> "))) {
        printf("<%s%s>\n", interrupted ? "interrupted" : "", line);
        fflush(stdout);
        interrupted = 0;
        free(line);
    }
    printf("<end>\n");
    exit(write_history("history"));
}

static int terminal;
static char seen[65536];
static size_t seen_length;

/* Reads until it has been told `text`, from `from` on. */
static void wait_for(const char *text, size_t from) {
    struct pollfd readable = { .fd = terminal, .events = POLLIN };
    while (!strstr(seen + from, text)) {
        ssize_t n = poll(&readable, 1, 20000) == 1 ? read(terminal, seen + seen_length, sizeof seen - 1 - seen_length) : 0;
        if (n <= 0) {
            printf("waited for %s, and saw %s\n", text, seen + from);
            exit(1);
        }
        seen_length += (size_t)n;
        seen[seen_length] = 0;
    }
}

static void type(const char *keys, const char *line) {
    const size_t from = seen_length;
    if (write(terminal, keys, strlen(keys)) < 0)
        exit(1);
    wait_for(line, from);
    wait_for("> ", (size_t)(strstr(seen + from, line) - seen));
}

int main(void) {
    struct winsize size = { .ws_row = 24, .ws_col = 40 };
    char text[2000], keys[300];
    pid_t child;
    int status;
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal) || ioctl(terminal, TIOCSWINSZ, &size)) {
        perror("a pseudo-terminal");
        return 1;
    }
    child = fork();
    if (child == 0) {
        const int own = (setsid(), open(ptsname(terminal), O_RDWR));
        for (int i = 0; i < 3; i++)
            dup2(own, i);
        program();
    }
    wait_for("> ", 0);
    type("plain\r", "<plain>");
    type("acb\x02\x02\x06\x08\x05" "c\r", "<abc>");            /* ^B ^B ^F ^H ^E */
    type("one two\x17three\x01\x04O\r", "<One three>");         /* ^W ^A ^D */
    type("one two\x01\x0bzero \x19\r", "<zero one two>");       /* ^A ^K ^Y */
    type("right\033[D\033[D\033[H>\033[F<\r", "<>right<>");     /* arrows, Home, End */
    type("a b c\033[1;5D\033[1;5D\033[3~B\r", "<a B c>");       /* Ctrl and an arrow, Delete */
    type("a b c\033b\033b\033dX\r", "<a X c>");                 /* Alt */
    type("\xe2\x82\xac" "uro\x02\x02\x02\x02\x06\x7f$\r", "<$uro>"); /* one character, three bytes */
    type("\033[A\033[A\r", "<a X c>");                          /* up: the one before the last */
    type("\x10\x10\x10\x10\x10\x10\r", "<a X c>");              /* no more than three are kept: the oldest of these */
    type("new\033[A\033[B!\r", "<new!>");                       /* down again to what was not finished */
    type("\x12uro\r", "<$uro>");                                /* ^R */
    type("imp\t x\r", "<import x>");
    type("f (b\tp 1)\r", "<f (builtins.map 1)>");
    type("builtins.ma\tt\t\r", "<builtins.match>");
    if (!strstr(seen, "builtins.map    builtins.match") && !strstr(seen, "builtins.map   builtins.match"))
        return puts("no list of what the word could be"), 1;
    type("forgotten\x03", "<interrupted>");
    type("\x15\r", "<>");

    /* Longer than the terminal is wide: not one character is lost, and the cursor's surroundings are shown. */
    memset(keys, 'x', 100);
    strcpy(keys + 100, "\x01start \x05 end\r");
    memset(text, 0, sizeof text);
    strcpy(text, "<start ");
    memset(text + 7, 'x', 100);
    strcpy(text + 107, " end>");
    type(keys, text);

    if (write(terminal, "\x04", 1) != 1) /* ^D */
        return 1;
    wait_for("<end>", 0);
    if (waitpid(child, &status, 0) != child || status != 0)
        return puts("the program failed"), 1;
    FILE *history = fopen("history", "r");
    text[fread(text, 1, sizeof text - 1, history)] = 0;
    if (!strstr(text, "builtins.match\n") || !strstr(text, "xxx end\n") || strstr(text, "plain"))
        return printf("the history is %s\n", text), 1;
    return 0;
}
