/*
 * Stage 1: from a TinyCC that nobody has to trust much, to a TinyCC, a libc and a shell made from source.
 *
 *     SEED -nostdinc -nostdlib -run stage1.c SEED HERE MUSL.tar.gz TCC.tar.bz2 BUSYBOX.tar.bz2 PROTOBUSYBOX PROTOMUSL TINYCC
 */

#include "system.c"
#include "gunzip.c"
#include "bunzip2.c"
#include "untar.c"
#include "edit.c"
#include "jobs.c"
#include "protomusl.c"
#include "tinycc.c"
#include "protobusybox.c"

int _start(int argc, char **argv)
{
    static char build[4096];
    if (argc != 9)
        die("usage: stage1.c SEED HERE MUSL.tar.gz TCC.tar.bz2 BUSYBOX.tar.bz2 PROTOBUSYBOX PROTOMUSL TINYCC");
    const char *seed = argv[1], *here = argv[2], *musl_tarball = argv[3], *tcc_tarball = argv[4],
               *busybox_tarball = argv[5], *protobusybox = argv[6], *protomusl = argv[7], *tinycc = argv[8];
    need(call2(SYS_getcwd, build, sizeof build), "find", "the working directory");
    const char *musl = join(build, "/musl"), *tcc_source = join(build, "/tcc"), *busybox = join(build, "/busybox");
    const char *headers = join(protomusl, "/include");
    count_cores();

    phase("unpack");
    if (start_job("unpack musl")) {
        untar(gunzip(read_file(musl_tarball)), "musl-1.2.5/", musl_wanted, musl);
        apply_edits(musl, musl_edits);
        write_text(join(musl, "/src/internal/version.h"), "#define VERSION \"1.2.5\"\n");
        install_musl_headers(musl, headers);
        quit(0);
    }
    if (start_job("unpack tcc")) {
        untar(bunzip2(read_file(tcc_tarball)), "", tcc_wanted, tcc_source);
        apply_edits(tcc_source, tcc_edits);
        configure_tcc(tcc_source, tinycc, protomusl);
        quit(0);
    }
    finish_jobs();

    phase("round 1: by the seed");
    if (start_job("unpack busybox")) {
        prepare_busybox(busybox_tarball, here, busybox);
        quit(0);
    }
    start_tcc(seed, tcc_source, headers);
    start_musl(seed, musl, headers);
    finish_jobs();
    collect_musl(seed, musl, "/build/round-1");
    collect_tcc(seed, tcc_source, "/build/round-1", 1);

    phase("round 2: by tcc 1");
    start_tcc("/build/round-1/tcc", tcc_source, headers);
    start_musl("/build/round-1/tcc", musl, headers);
    finish_jobs();
    collect_musl("/build/round-1/tcc", musl, "/build/round-2");
    collect_tcc("/build/round-1/tcc", tcc_source, "/build/round-2", 0);
    install_musl("/build/round-2", protomusl);
    install_tcc("/build/round-2", tcc_source, here, tinycc);
    finish_jobs();

    const char *tcc = join(tinycc, "/bin/tcc");
    phase("round 3: by tcc 2, and protobusybox");
    start_tcc(tcc, tcc_source, headers);
    start_musl(tcc, musl, headers);
    start_busybox(tcc, busybox);
    finish_jobs();
    collect_musl(tcc, musl, "/build/round-3");
    collect_tcc(tcc, tcc_source, "/build/round-3", 0);
    need_same("round-2/tcc", "round-3/tcc");
    need_same("round-2/libc.a", "round-3/libc.a");
    need_same("round-2/libtcc1.a", "round-3/libtcc1.a");

    phase("protobusybox: link");
    link_busybox(tcc, busybox, protobusybox);
    return 0;
}
