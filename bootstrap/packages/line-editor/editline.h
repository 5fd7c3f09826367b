/* A line editor with editline's interface: as much of it as Nix uses. */
#ifndef EDITLINE_H
#define EDITLINE_H

#ifdef __cplusplus
extern "C" {
#endif

/* A line without its end, to be freed by the caller; NULL at the end of the input. Lines typed at a terminal go into the history. */
char *readline(const char *prompt);

void add_history(const char *line);
/* 0, or an errno. */
int read_history(const char *file);
int write_history(const char *file);

/* How many lines are kept. */
extern int el_hist_size;
/* Who is asking; nothing is done with it. */
extern const char *rl_readline_name;

/* What Tab puts after the word before the cursor, in memory that is freed; NULL when there is nothing. `match` says whether it is unique. */
typedef char *rl_complete_func_t(char *word, int *match);
/* The words that the word could become: their number, and an array of them; both array and words are freed. */
typedef int rl_list_possib_func_t(char *word, char ***words);
rl_complete_func_t *rl_set_complete_func(rl_complete_func_t *function);
rl_list_possib_func_t *rl_set_list_possib_func(rl_list_possib_func_t *function);

#ifdef __cplusplus
}
#endif
#endif
