/*
 * TinyCC, and the tools that go with it. Its configure script and makefile come down to the few lines here.
 */

static const char *tcc_wanted[] = { "", NULL };

static const struct edit tcc_edits[] = {
    { "tcctools.c", "-ar leaves weak symbols out of a library's index, so the linker would not find them",
        "                    || sym->st_info == 0x12\n",
        "                    || sym->st_info == 0x12\n"
        "                    || sym->st_info == 0x20\n"
        "                    || sym->st_info == 0x21\n"
        "                    || sym->st_info == 0x22\n" },
    { "tccgen.c", "(int)-2.75 becomes 2: it is converted as an unsigned constant, which may not be negative",
        "                    vtop->c.i = vtop->c.ld;\n",
        "                    vtop->c.i = vtop->c.ld < 0 ? (int64_t)vtop->c.ld : (uint64_t)vtop->c.ld;\n" },
    { "tccgen.c", "long double to integer goes through double, and loses bits: let libtcc1 do it",
        "    int st;\n"
        "    if (t == (VT_LLONG | VT_UNSIGNED)) {\n",
        "    int st;\n"
        "    if ((vtop->type.t & VT_BTYPE) == VT_LDOUBLE && t != (VT_LLONG | VT_UNSIGNED)) {\n"
        "        vpush_global_sym(&func_old_type, TOK___fixxfdi);\n"
        "        vrott(2);\n"
        "        gfunc_call(1);\n"
        "        vpushi(0);\n"
        "        PUT_R_RET(vtop, t);\n"
        "    } else if (t == (VT_LLONG | VT_UNSIGNED)) {\n" },
    { "tcctok.h", "the name of that function",
        "     DEF(TOK___fixunsxfdi, \"__fixunsxfdi\")\n"
        "# endif\n"
        "     DEF(TOK___fixunssfdi, \"__fixunssfdi\")\n",
        "     DEF(TOK___fixunsxfdi, \"__fixunsxfdi\")\n"
        "     DEF(TOK___fixxfdi, \"__fixxfdi\")\n"
        "# endif\n"
        "     DEF(TOK___fixunssfdi, \"__fixunssfdi\")\n" },
    { "tccelf.c", "`-o /dev/null`, run as root, would delete the device",
        "    unlink(filename);\n",
        "    struct stat old;\n"
        "    if (lstat(filename, &old) == 0 && S_ISREG(old.st_mode))\n"
        "        unlink(filename);\n" },
    { "tcc.h", "for lstat",
        "#include <fcntl.h>\n", "#include <fcntl.h>\n#include <sys/stat.h>\n" },
    { "lib/va_list.c", "a structure of two doubles comes in two registers, and those are saved 16 bytes apart",
        "        if (ap->fp_offset < 128 + 48) {\n"
        "            ap->fp_offset += 16;\n"
        "            return ap->reg_save_area + ap->fp_offset - 16;\n"
        "        }\n"
        "        size = 8;\n",
        "        if (ap->fp_offset + 2 * size <= 128 + 48) {\n"
        "            char *saved = ap->reg_save_area + ap->fp_offset;\n"
        "            ap->fp_offset += 2 * size;\n"
        "            if (size == 16)\n"
        "                *(double *)(saved + 8) = *(double *)(saved + 16);\n"
        "            return saved;\n"
        "        }\n" },
    { "libtcc.c", "there are static libraries only",
        "    s->nocommon = 1;\n", "    s->nocommon = 1;\n    s->static_link = 1;\n" },
    { "lib/va_list.c", "libtcc1 is linked after libc, and must not need it",
        "        abort();\n", "" },
    { NULL }
};

/* Where the compiler is to find its own files, and those of musl. */
static void configure_tcc(const char *source, const char *tinycc, const char *protomusl)
{
    write_text(join(source, "/config.h"), join(
        "#define TCC_TARGET_X86_64 1\n"
        "#define TCC_MUSL 1\n"
        "#define TCC_VERSION \"0.9.27\"\n"
        "#define CONFIG_TCC_STATIC 1\n"
        "#define CONFIG_TCCDIR \"", tinycc, "/lib/tcc\"\n"
        "#define CONFIG_TCC_SYSINCLUDEPATHS \"", protomusl, "/include:{B}/include\"\n"
        "#define CONFIG_TCC_LIBPATHS \"", protomusl, "/lib\"\n"
        "#define CONFIG_TCC_CRTPREFIX \"", protomusl, "/lib\"\n"));
}

static void prepare_tcc(const char *tarball, const char *source, const char *tinycc, const char *protomusl)
{
    untar(bunzip2(read_file(tarball)), "", tcc_wanted, source);
    apply_edits(source, tcc_edits);
    configure_tcc(source, tinycc, protomusl);
}

/* Starts the compilations of tcc and libtcc1, to the folder `to`, beside the sources. */
static void start_tcc(const char *tcc, const char *headers, const char *to)
{
    const char *flags = join(" -w -nostdinc -I", headers, " -c ");
    make_folders(to);
    start(to, join(tcc, flags, "../tcc/tcc.c"));
    start(to, join(tcc, flags, "../tcc/lib/libtcc1.c ../tcc/lib/va_list.c ../tcc/lib/alloca86_64.S "
                               "../tcc/lib/dsohandle.c"));
}

/*
 * Once they are finished: libtcc1.a, and tcc itself with the libc in the same folder. With all of it, if the seed links:
 * the index that its -ar makes has no weak symbols.
 */
static void collect_tcc(const char *tcc, const char *to, int by_seed)
{
    const char *libc = by_seed ? "-Wl,--whole-archive libc.a -Wl,--no-whole-archive" : "libc.a";
    run(to, join(tcc, " -ar rcs libtcc1.a libtcc1.o va_list.o alloca86_64.o dsohandle.o"));
    run(to, join(tcc, " -nostdlib -static -o tcc crt1.o crti.o tcc.o ", libc, " libtcc1.a crtn.o"));
}

/* The finished compiler with what belongs to it. From here on it finds everything by itself. */
static void install_tcc(const char *from, const char *source, const char *here, const char *tinycc)
{
    const char *bin = join(tinycc, "/bin"), *lib = join(tinycc, "/lib/tcc"), *tcc = join(bin, "/tcc");
    make_folders(bin);
    make_folders(lib);
    copy_file(join(from, "/tcc"), tcc, 0755);
    copy_file(join(from, "/libtcc1.a"), join(lib, "/libtcc1.a"), 0644);
    copy_headers(join(source, "/include"), join(lib, "/include"));
    make_link("tcc", join(bin, "/cc"));
    make_link("ar", join(bin, "/ranlib"));
    start(join(here, "/tools"), join(tcc, " -o ", bin, "/ar ar.c"));
    start(join(here, "/tools"), join(tcc, " -DTCC=\"", tcc, "\" -DOPTION=\"-E\" -o ", bin, "/cpp driver.c"));
    start(join(here, "/tools"), join(tcc, " -DTCC=\"", tcc, "\" -DOPTION=\"-nostdlib\" -o ", bin, "/ld driver.c"));
}
