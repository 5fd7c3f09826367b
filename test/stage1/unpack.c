/* gunzip FILE, bunzip2 FILE: unpacks to standard output; untar FILE FOLDER. With stage 1's own readers. */

#include "../../bootstrap/1-stage1/system.c"
#include "../../bootstrap/1-stage1/ending.c"
#include "../../bootstrap/1-stage1/gunzip.c"
#include "../../bootstrap/1-stage1/bunzip2.c"
#include "../../bootstrap/1-stage1/untar.c"

static int put(struct bytes file)
{
    while (file.length) {
        long n = call3(SYS_write, 1, file.at, file.length);
        need(n, "write to", "standard output");
        file.at += n;
        file.length -= n;
    }
    return 0;
}

int main(int count, char **arguments)
{
    static const char *everything[] = { "", NULL };
    struct bytes file;
    if (count < 3)
        die("arguments: gunzip|bunzip2|untar FILE [FOLDER]");
    file = read_file(arguments[2]);
    if (!compare(arguments[1], "gunzip"))
        return put(gunzip(file));
    if (!compare(arguments[1], "bunzip2"))
        return put(bunzip2(file));
    untar(file, "", everything, arguments[3]);
    return 0;
}
