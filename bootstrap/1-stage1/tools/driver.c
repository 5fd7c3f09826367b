/*
 * cpp and ld: tcc with an option in front. Compiled with -DTCC="its path" -DOPTION="-E".
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char **words = malloc((argc + 2) * sizeof *words);
    int i;
    if (!words)
        return 1;
    words[0] = TCC;
    words[1] = OPTION;
    for (i = 1; i <= argc; i++)
        words[i + 1] = argv[i];
    execv(TCC, words);
    perror(TCC);
    return 1;
}
