/*
 * Stage 1: from one TinyCC, whoever built it, to a TinyCC, a libc and a shell that are made from source.
 *
 *     SEED -nostdinc -nostdlib -run HERE/stage1.c SEED HERE MUSL.tar.gz TCC.tar.bz2 BUSYBOX.tar.bz2
 *          PROTOBUSYBOX PROTOMUSL TINYCC LIBTCC1
 *
 * All arguments are absolute paths: the seed, this folder, three tarballs as published, and four outputs to make.
 * The working directory is for writing. Nothing else is needed: no libc, no shell, no tool, no environment, no /proc.
 *
 * The seed compiles three generations:
 *
 *     the seed makes musl 1 and tcc 1, tcc 1 makes musl 2 and tcc 2, tcc 2 makes musl 3 and tcc 3.
 *
 * tcc 1 may differ from seed to seed, as their code generators do. But every tcc 1 is the same program, so all make the
 * same tcc 2; and as tcc 2 is that program too, tcc 3 is equal to it, byte for byte. That is checked. The second
 * generation is what is installed, and what makes busybox.
 */

#include "system.c"
#include "ending.c"
#include "gunzip.c"
#include "bunzip2.c"
#include "untar.c"
#include "edit.c"
#include "jobs.c"
#include "protomusl.c"
#include "tinycc.c"
#include "ages.c"
#include "protobusybox.c"

static const char *seed, *here, *musl_tarball, *tcc_tarball, *busybox_tarball, *protobusybox, *protomusl, *tinycc;
static const char *libtcc1;
static const char *musl, *tcc_source, *busybox, *headers;

static void start_generation(const char *compiler, const char *to)
{
    if (compiler == seed) {
        compiler = join(seed, make_up_for_age(seed, to));
        start_tcc(compiler, headers, " age.c", to);
        start_musl(compiler, musl, headers, "crti.s", to);
    } else {
        start_tcc(compiler, headers, "", to);
        start_musl(compiler, musl, headers, "../musl/crt/x86_64/crti.s", to);
    }
}

static void collect_generation(const char *compiler, const char *to)
{
    collect_musl(compiler, musl, to);
    collect_tcc(compiler, to, compiler == seed);
}

static void build(const char *folder)
{
    const char *generation_1 = join(folder, "/generation-1"), *tcc_1 = join(generation_1, "/tcc");
    const char *generation_2 = join(folder, "/generation-2"), *tcc_2 = join(tinycc, "/bin/tcc");
    const char *generation_3 = join(folder, "/generation-3");
    musl = join(folder, "/musl");
    tcc_source = join(folder, "/tcc");
    busybox = join(folder, "/busybox");
    headers = join(protomusl, "/include");

    phase("unpack");
    if (start_job("unpack musl"))
        prepare_musl(musl_tarball, musl, headers), quit(0);
    if (start_job("unpack tcc"))
        prepare_tcc(tcc_tarball, here, tcc_source, libtcc1, protomusl), quit(0);
    finish_jobs();

    phase("generation 1");
    start_generation(seed, generation_1);
    if (start_job("unpack busybox"))
        prepare_busybox(busybox_tarball, here, busybox), quit(0);
    finish_jobs();
    collect_generation(seed, generation_1);

    phase("generation 2");
    start_generation(tcc_1, generation_2);
    finish_jobs();
    collect_generation(tcc_1, generation_2);
    install_musl(generation_2, protomusl);
    install_tcc(generation_2, tcc_source, here, tinycc, libtcc1);

    phase("generation 3 and busybox");
    start_generation(tcc_2, generation_3);
    start_busybox(tcc_2, busybox);
    finish_jobs();

    phase("link and compare");
    collect_busybox(tcc_2, busybox);
    if (start_job("compare generations 2 and 3")) {
        collect_generation(tcc_2, generation_3);
        need_same(join(generation_2, "/tcc"), join(generation_3, "/tcc"));
        need_same(join(generation_2, "/libc.a"), join(generation_3, "/libc.a"));
        need_same(join(generation_2, "/libtcc1.a"), join(generation_3, "/libtcc1.a"));
        quit(0);
    }
    start_busybox_programs(tcc_2, busybox, protobusybox);
    finish_jobs();
}

int _start(int count, char **arguments)
{
    static char folder[4096];
    if (count != 10)
        die("arguments: SEED HERE MUSL.tar.gz TCC.tar.bz2 BUSYBOX.tar.bz2 PROTOBUSYBOX PROTOMUSL TINYCC LIBTCC1");
    seed = arguments[1];
    here = arguments[2];
    musl_tarball = arguments[3];
    tcc_tarball = arguments[4];
    busybox_tarball = arguments[5];
    protobusybox = arguments[6];
    protomusl = arguments[7];
    tinycc = arguments[8];
    libtcc1 = arguments[9];
    need(call2(SYS_getcwd, folder, sizeof folder), "find", "the working directory");
    count_cores();
    build(join(folder, "/stage1-work"));       /* the directory may be /, and hold other things */
    return 0;
}

/* What -run asks for in a TinyCC of before 2020. */
int main(int count, char **arguments) { return _start(count, arguments); }
