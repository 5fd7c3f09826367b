/*
 * What of busybox stage 1 makes: a shell and some sixty programs, each an executable of its own, enough for the
 * configure scripts and makefiles of the next stages. Data only; protobusybox.c says how.
 */

/*
 * The options that are on: NAME, or NAME=VALUE. A program's own option (CAT) is on without being listed.
 * Off on purpose is what would let chance ($RANDOM), users' names (ls -l, tar c) or a terminal into a build.
 */
static const char *const protobusybox_options[] = {
    /* All programs. */
    "DESKTOP",                                 /* all of od; GNU's options of cmp, find, tar and others */
    "FEATURE_COPYBUF_KB=64",                   /* cat, cp and others read and write 64 KB at once, not 4 */
    "FEATURE_VERBOSE",                         /* -v of cp, mkdir, mv, rm */
    "INCLUDE_SUSv2",                           /* head -5, tail +3, sort +1: scripts of GCC 3.4's age */
    "LFS",                                     /* file sizes have 64 bits */
    "LONG_OPTS",                               /* --long-options */
    "SHOW_USAGE",                              /* a wrong option is told of: by the few words of applet.c */
    "BUSYBOX_EXEC_PATH=\"/proc/self/exe\"",    /* not used by a program that is not all of busybox, but compiled */

    /* ash: a shell for scripts, without line editing, history, prompts and job control. */
    "SHELL_ASH",
    "ASH_ALIAS",                               /* POSIX wants it */
    "ASH_BASH_COMPAT",                         /* set -o pipefail, ${x//a/b}, $'\n', [[ ]] */
    "ASH_CMDCMD", "ASH_ECHO", "ASH_GETOPTS", "ASH_PRINTF", "ASH_TEST", /* builtins; configure scripts fork enough */
    "ASH_INTERNAL_GLOB",                       /* upstream warns that musl's breaks ash */
    "FEATURE_EDITING_MAX_LEN=1024",            /* the size of an input buffer, even without editing */
    "FEATURE_SH_MATH", "FEATURE_SH_MATH_64",   /* $((1 << 40)) */
    "FEATURE_SH_MATH_BASE",                    /* $((16#ff)) */

    /* Archives. */
    "BZIP2_SMALL=0", "GZIP_FAST=2",            /* fast rather than small */
    "FEATURE_BZIP2_DECOMPRESS", "FEATURE_GZIP_DECOMPRESS", /* bzip2 -d, gzip -d */
    "FEATURE_GUNZIP_LONG_OPTIONS", "FEATURE_GZIP_LONG_OPTIONS",
    "FEATURE_GZIP_LEVELS",                     /* gzip -9 */
    "FEATURE_SEAMLESS_BZ2", "FEATURE_SEAMLESS_GZ", "FEATURE_SEAMLESS_XZ", /* tar unpacks these itself, */
    "FEATURE_TAR_AUTODETECT",                  /* and sees which it is: tar xf */
    "FEATURE_TAR_CREATE",
    "FEATURE_TAR_FROM",                        /* -T and -X: lists of names */
    "FEATURE_TAR_GNU_EXTENSIONS",              /* names over 100 bytes */
    "FEATURE_TAR_LONG_OPTIONS",                /* --strip-components, --exclude */
    "FEATURE_TAR_NOPRESERVE_TIME",             /* -m; without it, times are kept */
    "FEATURE_TAR_OLDGNU_COMPATIBILITY",        /* headers from before ustar: make's, mpfr's and mpc's */

    /* Files. */
    "FEATURE_CATN", "FEATURE_CATV",            /* cat -n, cat -v */
    "FEATURE_CP_LONG_OPTIONS",                 /* cp --parents */
    "FEATURE_DD_IBS_OBS", "FEATURE_DD_STATUS", /* dd conv=notrunc, status=none */
    "FEATURE_DIFF_DIR", "FEATURE_DIFF_LONG_OPTIONS", /* diff -r */
    "FEATURE_FANCY_HEAD", "FEATURE_FANCY_TAIL", /* head -c, tail -q */
    "FEATURE_FIND_DELETE", "FEATURE_FIND_DEPTH", "FEATURE_FIND_EMPTY", "FEATURE_FIND_EXEC", "FEATURE_FIND_EXECUTABLE",
    "FEATURE_FIND_EXEC_PLUS", "FEATURE_FIND_LINKS", "FEATURE_FIND_MAXDEPTH", "FEATURE_FIND_MTIME", "FEATURE_FIND_NEWER",
    "FEATURE_FIND_NOT", "FEATURE_FIND_PAREN", "FEATURE_FIND_PATH", "FEATURE_FIND_PERM", "FEATURE_FIND_PRINT0",
    "FEATURE_FIND_PRUNE", "FEATURE_FIND_QUIT", "FEATURE_FIND_SIZE", "FEATURE_FIND_TYPE", "FEATURE_FIND_XDEV",
    "FEATURE_DU_DEFAULT_BLOCKSIZE_1K",         /* du as everywhere */
    "FEATURE_INSTALL_LONG_OPTIONS",
    "FEATURE_LS_FILETYPES", "FEATURE_LS_FOLLOWLINKS", "FEATURE_LS_RECURSIVE", /* ls -F, -L, -R */
    "FEATURE_LS_SORTFILES", "FEATURE_LS_TIMESTAMPS", /* ls -t: configure asks it whether clocks are sane */
    "FEATURE_PATH_TRAVERSAL_PROTECTION",       /* no archive writes outside the folder it is unpacked in */
    "FEATURE_PRESERVE_HARDLINKS",              /* cp -a */
    "FEATURE_READLINK_FOLLOW",                 /* readlink -f */
    "FEATURE_STAT_FORMAT",                     /* stat -c */
    "FEATURE_TOUCH_SUSV3",                     /* touch -d, -r, -t */

    /* Text, and the rest. */
    "EXPR_MATH_SUPPORT_64", "FEATURE_TEST_64", "FEATURE_WC_LARGE", /* numbers of 64 bits */
    "FEATURE_ALLOW_EXEC",                      /* system() of awk */
    "FEATURE_AWK_GNU_EXTENSIONS", "FEATURE_AWK_LIBM",
    "FEATURE_DATE_ISOFMT", "FEATURE_TIMEZONE", /* date -I; the zone in date -d */
    "FEATURE_MD5_SHA1_SUM_CHECK", "MD5_SMALL=0", "SHA1_SMALL=1", "SHA3_SMALL=0", /* sha256sum -c; fast, and no assembly */
    "FEATURE_MOUNT_FLAGS",                     /* mount --bind, -o ro */
    "FEATURE_FANCY_ECHO",                      /* echo -n */
    "FEATURE_FANCY_SLEEP", "FLOAT_DURATION",   /* sleep 0.1 */
    "FEATURE_GREP_CONTEXT",                    /* grep -A, -B, -C */
    "FEATURE_SORT_BIG",                        /* sort -k, -t, -c */
    "FEATURE_TEE_USE_BLOCK_IO",                /* tee passes on blocks, not bytes */
    "FEATURE_TR_CLASSES", "FEATURE_TR_EQUIV",  /* tr '[:lower:]' and '[=a=]' */
    "FEATURE_XARGS_SUPPORT_ARGS_FILE", "FEATURE_XARGS_SUPPORT_CONFIRMATION", "FEATURE_XARGS_SUPPORT_PARALLEL",
    "FEATURE_XARGS_SUPPORT_QUOTES", "FEATURE_XARGS_SUPPORT_REPL_STR", "FEATURE_XARGS_SUPPORT_TERMOPT",
    "FEATURE_XARGS_SUPPORT_ZERO_TERM",         /* all that POSIX has, and -0, -P, -a */
    "TELINIT_PATH=\"\"",                        /* poweroff -f asks nobody; compiled all the same */
    "TEST1",                                   /* test by the name [ */
    "UNAME_OSNAME=\"Linux\"",                  /* what uname -o prints */
    NULL};

/* Headers that ask about options outside #if; in #if, a missing one is 0 anyway. */
static const char *const protobusybox_headers[] = {
    "include/libbb.h", "include/bb_archive.h", "modutils/modutils.h", NULL};

static const char *const protobusybox_sources[] = {
    "archival/bbunzip.c", "archival/bzip2.c", "archival/chksum_and_xwrite_tar_header.c", "archival/gzip.c",
    "archival/libarchive/data_align.c", "archival/libarchive/data_extract_all.c",
    "archival/libarchive/data_extract_to_stdout.c", "archival/libarchive/data_skip.c",
    "archival/libarchive/decompress_bunzip2.c", "archival/libarchive/decompress_gunzip.c",
    "archival/libarchive/decompress_unxz.c", "archival/libarchive/filter_accept_all.c",
    "archival/libarchive/filter_accept_reject_list.c", "archival/libarchive/find_list_entry.c",
    "archival/libarchive/get_header_tar.c", "archival/libarchive/header_list.c", "archival/libarchive/header_skip.c",
    "archival/libarchive/header_verbose_list.c", "archival/libarchive/init_handle.c",
    "archival/libarchive/open_transformer.c", "archival/libarchive/seek_by_jump.c",
    "archival/libarchive/seek_by_read.c", "archival/libarchive/unsafe_prefix.c",
    "archival/libarchive/unsafe_symlink_target.c", "archival/tar.c",
    "coreutils/basename.c", "coreutils/cat.c", "coreutils/chmod.c", "coreutils/chown.c", "coreutils/chroot.c",
    "coreutils/comm.c", "coreutils/cp.c", "coreutils/cut.c", "coreutils/date.c", "coreutils/dd.c",
    "coreutils/dirname.c", "coreutils/du.c", "coreutils/echo.c", "coreutils/env.c", "coreutils/expr.c",
    "coreutils/false.c", "coreutils/head.c", "coreutils/id.c", "coreutils/install.c",
    "coreutils/libcoreutils/cp_mv_stat.c", "coreutils/libcoreutils/getopt_mk_fifo_nod.c", "coreutils/ln.c",
    "coreutils/ls.c", "coreutils/md5_sha1_sum.c", "coreutils/mkdir.c", "coreutils/mkfifo.c", "coreutils/mknod.c",
    "coreutils/mktemp.c", "coreutils/mv.c", "coreutils/nproc.c", "coreutils/od.c", "coreutils/printf.c",
    "coreutils/pwd.c", "coreutils/readlink.c", "coreutils/realpath.c", "coreutils/rm.c", "coreutils/rmdir.c",
    "coreutils/seq.c", "coreutils/sleep.c", "coreutils/sort.c", "coreutils/stat.c", "coreutils/sync.c",
    "coreutils/tail.c", "coreutils/tee.c", "coreutils/test.c", "coreutils/test_ptr_hack.c", "coreutils/timeout.c",
    "coreutils/touch.c", "coreutils/tr.c", "coreutils/true.c", "coreutils/tsort.c", "coreutils/uname.c",
    "coreutils/uniq.c", "coreutils/uudecode.c", "coreutils/wc.c", "coreutils/yes.c",
    "debianutils/which.c",
    "editors/awk.c", "editors/cmp.c", "editors/diff.c", "editors/patch.c", "editors/sed.c",
    "findutils/find.c", "findutils/grep.c", "findutils/xargs.c",
    "init/halt.c",
    "libbb/alloc_affinity.c", "libbb/ask_confirmation.c", "libbb/auto_string.c", "libbb/bb_cat.c",
    "libbb/bb_do_delay.c", "libbb/bb_getgroups.c", "libbb/bb_pwd.c", "libbb/bb_qsort.c", "libbb/bb_strtonum.c",
    "libbb/c_escape.c", "libbb/common_bufsiz.c", "libbb/compare_string_array.c", "libbb/concat_path_file.c",
    "libbb/concat_subpath_file.c", "libbb/copy_file.c", "libbb/copyfd.c", "libbb/crc32.c",
    "libbb/default_error_retval.c", "libbb/duration.c", "libbb/endofname.c", "libbb/executable.c",
    "libbb/fclose_nonstdin.c", "libbb/fflush_stdout_and_exit.c", "libbb/fgets_str.c", "libbb/find_mount_point.c",
    "libbb/find_pid_by_name.c", "libbb/full_write.c", "libbb/get_last_path_component.c", "libbb/get_line_from_file.c",
    "libbb/get_shell_name.c", "libbb/getopt32.c", "libbb/hash_md5_sha.c", "libbb/inode_hash.c", "libbb/isdirectory.c",
    "libbb/isqrt.c", "libbb/iterate_on_dir.c", "libbb/last_char_is.c", "libbb/llist.c", "libbb/login.c",
    "libbb/make_directory.c", "libbb/match_fstype.c", "libbb/messages.c", "libbb/mode_string.c", "libbb/parse_mode.c",
    "libbb/perror_msg.c", "libbb/perror_nomsg_and_die.c", "libbb/poll_with_signals.c", "libbb/popcnt.c",
    "libbb/print_numbered_lines.c", "libbb/printable.c", "libbb/printable_string.c", "libbb/process_escape_sequence.c",
    "libbb/procps.c", "libbb/ptr_to_globals.c", "libbb/read.c", "libbb/read_printf.c", "libbb/recursive_action.c",
    "libbb/remove_file.c", "libbb/replace.c", "libbb/run_shell.c", "libbb/safe_gethostname.c", "libbb/safe_poll.c",
    "libbb/safe_strncpy.c", "libbb/safe_write.c", "libbb/signals.c", "libbb/simplify_path.c", "libbb/single_argv.c",
    "libbb/skip_whitespace.c", "libbb/sysconf.c", "libbb/time.c", "libbb/trim.c", "libbb/u_signal_names.c",
    "libbb/uuencode.c", "libbb/verror_msg.c", "libbb/vfork_daemon_rexec.c", "libbb/warn_ignoring_args.c",
    "libbb/wfopen.c", "libbb/wfopen_input.c", "libbb/write.c", "libbb/xatonum.c", "libbb/xconnect.c",
    "libbb/xfunc_die.c", "libbb/xfuncs.c", "libbb/xfuncs_printf.c", "libbb/xgetcwd.c", "libbb/xreadlink.c",
    "libbb/xrealloc_vector.c", "libbb/xregcomp.c",
    "libpwdgrp/uidgid_get.c",
    "modutils/insmod.c", "modutils/modutils.c",
    "procps/kill.c",
    "shell/ash.c", "shell/ash_ptr_hack.c", "shell/math.c", "shell/shell_common.c",
    "util-linux/mount.c", "util-linux/pivot_root.c", "util-linux/switch_root.c", "util-linux/umount.c",
    "util-linux/unshare.c", NULL};

/* A program, and the other names it goes by. */
static const struct {
    const char *name, *others[2];
} protobusybox_programs[] = {
    {"ash", {"sh"}}, {"awk"}, {"basename"}, {"bunzip2", {"bzcat"}}, {"bzip2"}, {"cat"}, {"chmod"}, {"chown"},
    {"chroot"}, {"cmp"}, {"comm"}, {"cp"}, {"cut"}, {"date"}, {"dd"}, {"diff"}, {"dirname"}, {"du"}, {"echo"}, {"env"},
    {"expr"}, {"false"}, {"find"}, {"grep", {"egrep", "fgrep"}}, {"gunzip", {"zcat"}}, {"gzip"},
    {"halt", {"poweroff", "reboot"}}, {"head"}, {"id"}, {"insmod"}, {"install"}, {"kill"}, {"ln"}, {"ls"}, {"mkdir"},
    {"mkfifo"}, {"mknod"}, {"mktemp"}, {"mount"}, {"mv"}, {"nproc"}, {"od"}, {"patch"}, {"pivot_root"}, {"printf"},
    {"pwd"}, {"readlink"}, {"realpath"}, {"rm"}, {"rmdir"}, {"sed"}, {"seq"}, {"sha256sum", {"md5sum", "sha512sum"}}, {"sleep"}, {"sort"},
    {"stat"}, {"switch_root"}, {"sync"}, {"tail"}, {"tar"}, {"tee"}, {"test", {"["}}, {"timeout"}, {"touch"}, {"tr"},
    {"true"}, {"tsort"}, {"umount"}, {"uname"}, {"uniq"}, {"unshare"}, {"unxz", {"xzcat"}}, {"uudecode"}, {"wc"},
    {"which"}, {"xargs"}, {"yes"}, {NULL}};
