/* Behind the last member of a gzip file, or the last stream of a bzip2 file, there may be zeros, as tapes had, and nothing else. */
static void need_zeros(const char *format, const byte *at, const byte *end)
{
    for (; at < end; at++)
        if (*at)
            die(format, ": garbage behind the end");
}
