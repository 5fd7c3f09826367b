/*
 * What of busybox stage 1 makes: a shell and some sixty programs, each an executable of its own, enough for the
 * configure scripts and makefiles of the next stages. Data only; protobusybox.c says how.
 */

/* The options that are on: NAME, or NAME=VALUE. Left out on purpose: whatever depends on chance, terminals or users' names. */
static const char *const protobusybox_options[] = {
    /* For all. */
    "LONG_OPTS", /* --long-options */
    "DESKTOP", /* options that GNU's programs have, GNU's messages where configure scripts look for them, all of od */
    "INCLUDE_SUSv2", /* `head -5`, `tail +3`, `sort +1`: scripts of gcc 3.4's age */
    "LFS",
    "FEATURE_VERBOSE", /* -v of cp, mv, rm, mkdir */
    "FEATURE_COPYBUF_KB=64",
    "BUSYBOX_EXEC_PATH=\"/proc/self/exe\"", /* unused, but compiled in */

    /* ash. Without line editing, history and job control, which nobody uses in a sandbox. */
    "SHELL_ASH",
    "ASH_BASH_COMPAT", /* pipefail, ${x//a/b}, [[ ]] */
    "ASH_CMDCMD", "ASH_ECHO", "ASH_GETOPTS", "ASH_PRINTF", "ASH_TEST", /* builtins */
    "ASH_INTERNAL_GLOB",
    "FEATURE_SH_MATH", "FEATURE_SH_MATH_64",
    "FEATURE_EDITING_MAX_LEN=1024", /* size of a buffer, even without editing */

    /* Archives. */
    "BZIP2_SMALL=0", "FEATURE_BZIP2_DECOMPRESS", /* bzip2 -d */
    "FEATURE_GZIP_DECOMPRESS", "FEATURE_GUNZIP_LONG_OPTIONS", "FEATURE_GZIP_LEVELS", "FEATURE_GZIP_LONG_OPTIONS", "GZIP_FAST=2", /* gzip -d, gzip -9 */
    "FEATURE_SEAMLESS_BZ2", "FEATURE_SEAMLESS_GZ", "FEATURE_SEAMLESS_XZ", "FEATURE_TAR_AUTODETECT", /* tar xf of each */
    "FEATURE_TAR_CREATE", "FEATURE_TAR_FROM", "FEATURE_TAR_LONG_OPTIONS", "FEATURE_TAR_NOPRESERVE_TIME", /* -c; -T, -X; -m */
    "FEATURE_TAR_GNU_EXTENSIONS", "FEATURE_TAR_OLDGNU_COMPATIBILITY", /* long names; headers from before ustar */

    /* Files. */
    "FEATURE_CATN", "FEATURE_CATV", "FEATURE_CP_LONG_OPTIONS", "FEATURE_DIFF_DIR", "FEATURE_DIFF_LONG_OPTIONS",
    "FEATURE_FANCY_HEAD", "FEATURE_FANCY_TAIL", /* head -c, tail -q */
    "FEATURE_INSTALL_LONG_OPTIONS",
    "FEATURE_LS_FILETYPES", "FEATURE_LS_FOLLOWLINKS", "FEATURE_LS_RECURSIVE", "FEATURE_LS_SORTFILES", "FEATURE_LS_TIMESTAMPS",
    "FEATURE_PRESERVE_HARDLINKS", "FEATURE_READLINK_FOLLOW", "FEATURE_STAT_FORMAT", "FEATURE_TOUCH_SUSV3",
    "FEATURE_FIND_DELETE", "FEATURE_FIND_DEPTH", "FEATURE_FIND_EMPTY", "FEATURE_FIND_EXEC", "FEATURE_FIND_EXECUTABLE",
    "FEATURE_FIND_EXEC_PLUS", "FEATURE_FIND_LINKS", "FEATURE_FIND_MAXDEPTH", "FEATURE_FIND_MTIME", "FEATURE_FIND_NEWER",
    "FEATURE_FIND_NOT", "FEATURE_FIND_PAREN", "FEATURE_FIND_PATH", "FEATURE_FIND_PERM", "FEATURE_FIND_PRINT0",
    "FEATURE_FIND_PRUNE", "FEATURE_FIND_QUIT", "FEATURE_FIND_SIZE", "FEATURE_FIND_TYPE", "FEATURE_FIND_XDEV",

    /* Text and the rest. */
    "FEATURE_GREP_CONTEXT", "FEATURE_AWK_GNU_EXTENSIONS", "FEATURE_AWK_LIBM", "FEATURE_ALLOW_EXEC", /* system() */
    "FEATURE_SORT_BIG", /* sort -k */
    "FEATURE_TEE_USE_BLOCK_IO", "FEATURE_TR_CLASSES", "FEATURE_TR_EQUIV", "FEATURE_WC_LARGE",
    "EXPR_MATH_SUPPORT_64", "FEATURE_DATE_ISOFMT", "FEATURE_TIMEZONE", "FEATURE_FANCY_ECHO", "FEATURE_FANCY_SLEEP", "FLOAT_DURATION", /* echo -n, sleep 0.1 */
    "FEATURE_TEST_64", "TEST1", "UNAME_OSNAME=\"Linux\"", /* TEST1 is the name [ */
    "FEATURE_XARGS_SUPPORT_ARGS_FILE", "FEATURE_XARGS_SUPPORT_CONFIRMATION", "FEATURE_XARGS_SUPPORT_PARALLEL",
    "FEATURE_XARGS_SUPPORT_QUOTES", "FEATURE_XARGS_SUPPORT_REPL_STR", "FEATURE_XARGS_SUPPORT_TERMOPT",
    "FEATURE_XARGS_SUPPORT_ZERO_TERM",
    0};

/* Headers that ask about options outside #if; in #if, a missing one is 0 anyway. */
static const char *const protobusybox_headers[] = {"include/libbb.h", "include/bb_archive.h", 0};

static const char *const protobusybox_sources[] = {
    "archival/bbunzip.c", "archival/bzip2.c", "archival/chksum_and_xwrite_tar_header.c", "archival/gzip.c",
    "archival/libarchive/data_align.c", "archival/libarchive/data_extract_all.c",
    "archival/libarchive/data_extract_to_stdout.c", "archival/libarchive/data_skip.c",
    "archival/libarchive/decompress_bunzip2.c", "archival/libarchive/decompress_gunzip.c",
    "archival/libarchive/decompress_unxz.c", "archival/libarchive/filter_accept_all.c",
    "archival/libarchive/filter_accept_reject_list.c", "archival/libarchive/find_list_entry.c",
    "archival/libarchive/get_header_tar.c", "archival/libarchive/header_list.c", "archival/libarchive/header_skip.c",
    "archival/libarchive/header_verbose_list.c", "archival/libarchive/init_handle.c", "archival/libarchive/open_transformer.c",
    "archival/libarchive/seek_by_jump.c", "archival/libarchive/seek_by_read.c", "archival/libarchive/unsafe_prefix.c",
    "archival/libarchive/unsafe_symlink_target.c",
    "archival/tar.c",
    "coreutils/basename.c", "coreutils/cat.c", "coreutils/chmod.c", "coreutils/comm.c", "coreutils/cp.c", "coreutils/cut.c",
    "coreutils/date.c", "coreutils/dirname.c", "coreutils/echo.c", "coreutils/env.c", "coreutils/expr.c", "coreutils/false.c",
    "coreutils/head.c", "coreutils/install.c",
    "coreutils/libcoreutils/cp_mv_stat.c",
    "coreutils/ln.c", "coreutils/ls.c", "coreutils/mkdir.c", "coreutils/mktemp.c", "coreutils/mv.c", "coreutils/nproc.c",
    "coreutils/od.c", "coreutils/paste.c", "coreutils/printf.c", "coreutils/pwd.c", "coreutils/readlink.c",
    "coreutils/realpath.c", "coreutils/rm.c", "coreutils/rmdir.c", "coreutils/seq.c", "coreutils/sleep.c", "coreutils/sort.c",
    "coreutils/stat.c", "coreutils/tail.c", "coreutils/tee.c", "coreutils/test.c", "coreutils/test_ptr_hack.c",
    "coreutils/touch.c", "coreutils/tr.c", "coreutils/true.c", "coreutils/tsort.c", "coreutils/uname.c", "coreutils/uniq.c",
    "coreutils/wc.c", "coreutils/yes.c",
    "debianutils/which.c",
    "editors/awk.c", "editors/cmp.c", "editors/diff.c", "editors/patch.c", "editors/sed.c",
    "findutils/find.c", "findutils/grep.c", "findutils/xargs.c",
    "libbb/alloc_affinity.c", "libbb/ask_confirmation.c", "libbb/auto_string.c", "libbb/bb_cat.c", "libbb/bb_getgroups.c",
    "libbb/bb_pwd.c", "libbb/bb_qsort.c", "libbb/bb_strtonum.c", "libbb/common_bufsiz.c", "libbb/compare_string_array.c",
    "libbb/concat_path_file.c", "libbb/concat_subpath_file.c", "libbb/copy_file.c", "libbb/copyfd.c", "libbb/crc32.c",
    "libbb/default_error_retval.c", "libbb/duration.c", "libbb/endofname.c", "libbb/executable.c", "libbb/fclose_nonstdin.c",
    "libbb/fflush_stdout_and_exit.c", "libbb/full_write.c", "libbb/get_last_path_component.c", "libbb/get_line_from_file.c",
    "libbb/getopt32.c", "libbb/inode_hash.c", "libbb/isdirectory.c", "libbb/isqrt.c", "libbb/last_char_is.c", "libbb/llist.c",
    "libbb/make_directory.c", "libbb/messages.c", "libbb/mode_string.c", "libbb/parse_mode.c", "libbb/perror_msg.c",
    "libbb/perror_nomsg_and_die.c", "libbb/popcnt.c", "libbb/print_numbered_lines.c", "libbb/printable.c",
    "libbb/printable_string.c", "libbb/process_escape_sequence.c", "libbb/procps.c", "libbb/ptr_to_globals.c", "libbb/read.c",
    "libbb/read_printf.c", "libbb/recursive_action.c", "libbb/remove_file.c", "libbb/replace.c", "libbb/safe_poll.c",
    "libbb/safe_strncpy.c", "libbb/safe_write.c", "libbb/signals.c", "libbb/single_argv.c", "libbb/skip_whitespace.c",
    "libbb/sysconf.c", "libbb/time.c", "libbb/u_signal_names.c", "libbb/verror_msg.c", "libbb/vfork_daemon_rexec.c",
    "libbb/wfopen.c", "libbb/wfopen_input.c", "libbb/xatonum.c", "libbb/xfunc_die.c", "libbb/xfuncs.c", "libbb/xfuncs_printf.c",
    "libbb/xgetcwd.c", "libbb/xreadlink.c", "libbb/xrealloc_vector.c", "libbb/xregcomp.c",
    "shell/ash.c", "shell/ash_ptr_hack.c", "shell/math.c", "shell/shell_common.c", 0};

/* A program, and the other names it goes by. */
static const struct {
    const char *name, *others[2];
} protobusybox_programs[] = {
    {"ash", {"sh"}}, {"awk"}, {"basename"}, {"bunzip2", {"bzcat"}}, {"bzip2"}, {"cat"}, {"chmod"}, {"cmp"}, {"comm"}, {"cp"},
    {"cut"}, {"date"}, {"diff"}, {"dirname"}, {"echo"}, {"env"}, {"expr"}, {"false"}, {"find"}, {"grep", {"egrep", "fgrep"}},
    {"gunzip", {"zcat"}}, {"gzip"}, {"head"}, {"install"}, {"ln"}, {"ls"}, {"mkdir"}, {"mktemp"}, {"mv"}, {"nproc"}, {"od"},
    {"paste"}, {"patch"}, {"printf"}, {"pwd"}, {"readlink"}, {"realpath"}, {"rm"}, {"rmdir"}, {"sed"}, {"seq"}, {"sleep"},
    {"sort"}, {"stat"}, {"tail"}, {"tar"}, {"tee"}, {"test", {"["}}, {"touch"}, {"tr"}, {"true"}, {"tsort"}, {"uname"}, {"uniq"},
    {"unxz", {"xzcat"}}, {"wc"}, {"which"}, {"xargs"}, {"yes"}, {0}};
