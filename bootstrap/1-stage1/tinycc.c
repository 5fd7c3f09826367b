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
    { "tccpp.c", "floating constants are rounded wrongly, or wrong where they are long or near the ends of the range",
        "/* parse number in null terminated string 'p' and return it in the\n"
        "   current token */\n"
        "static void parse_number(const char *p)\n",
        "#include \"floats.c\"\n"
        "\n"
        "static void parse_number(const char *p)\n" },
    { "tccpp.c", "as above",
        "    double d;\n"
        "\n"
        "    /* number */\n",
        "    double d;\n"
        "\n"
        "    if (parse_float(p))\n"
        "        return;\n"
        "    /* number */\n" },
    { "tccgen.c", "constants of type double are computed as long double, and so rounded twice",
        "        switch(op) {\n"
        "        case '+': f1 += f2; break;\n"
        "        case '-': f1 -= f2; break;\n"
        "        case '*': f1 *= f2; break;\n",
        "        if (v1->type.t == VT_DOUBLE && (op == '+' || op == '-' || op == '*' || (op == '/' && f2 != 0.0))) {\n"
        "            double d1 = f1, d2 = f2;\n"
        "            f1 = op == '+' ? d1 + d2 : op == '-' ? d1 - d2 : op == '*' ? d1 * d2 : d1 / d2;\n"
        "        } else switch(op) {\n"
        "        case '+': f1 += f2; break;\n"
        "        case '-': f1 -= f2; break;\n"
        "        case '*': f1 *= f2; break;\n" },
    { "tccgen.c", "an old-style definition takes no notice of the prototype before it, by which arguments are converted",
        "static void patch_type(Sym *sym, CType *type)\n"
        "{\n",
        "static void heed_prototype(Sym *prototype, Sym *definition)\n"
        "{\n"
        "    Sym *p = prototype->next, *d = definition->next;\n"
        "    if (prototype->f.func_type != FUNC_NEW || definition->f.func_type != FUNC_OLD || !d)\n"
        "        return;\n"
        "    definition->f.func_type = FUNC_NEW;\n"
        "    for (; p && d; p = p->next, d = d->next)\n"
        "        if (d->c && !((p->type.t ^ d->c) & (VT_BTYPE | VT_UNSIGNED))) {\n"
        "            d->type.t = d->c;           /* it asks for the narrow type, as GNU C allows */\n"
        "            d->c = 0;\n"
        "        }\n"
        "}\n"
        "\n"
        "static void patch_type(Sym *sym, CType *type)\n"
        "{\n"
        "    if ((type->t & (VT_BTYPE | VT_EXTERN)) == VT_FUNC && (sym->type.t & VT_BTYPE) == VT_FUNC)\n"
        "        heed_prototype(sym->type.ref, type->ref);\n" },
    { "tccgen.c", "an old-style parameter of type float, char or short comes as double or int",
        "\t\t    convert_parameter_type(&type);\n"
        "\t\t    sym->type = type;\n",
        "\t\t    convert_parameter_type(&type);\n"
        "\t\t    sym->type = type;\n"
        "\t\t    switch (type.t & VT_BTYPE) {\n"
        "\t\t    case VT_BOOL: case VT_BYTE: case VT_SHORT:\n"
        "\t\t        sym->c = type.t;            /* see narrow_parameters() */\n"
        "\t\t        sym->type.t = VT_INT;\n"
        "\t\t        break;\n"
        "\t\t    case VT_FLOAT:\n"
        "\t\t        sym->c = type.t;\n"
        "\t\t        sym->type.t = VT_DOUBLE;\n"
        "\t\t    }\n" },
    { "tccgen.c", "as above: in the function it has the type that was declared, and is in the same place",
        "static void gen_function(Sym *sym)\n"
        "{\n",
        "static void narrow_parameters(Sym *parameter)\n"
        "{\n"
        "    for (; parameter; parameter = parameter->next)\n"
        "        if (parameter->c) {\n"
        "            Sym *s = sym_find(parameter->v & ~SYM_FIELD);\n"
        "            CType type = { parameter->c };\n"
        "            vset(&type, VT_LOCAL | VT_LVAL, s->c);\n"
        "            vset(&s->type, VT_LOCAL | VT_LVAL, s->c);\n"
        "            vstore();\n"
        "            vpop();\n"
        "            s->type.t = parameter->c;\n"
        "        }\n"
        "}\n"
        "\n"
        "static void gen_function(Sym *sym)\n"
        "{\n" },
    { "tccgen.c", "as above",
        "    gfunc_prolog(sym);\n"
        "    local_scope = 0;\n",
        "    gfunc_prolog(sym);\n"
        "    narrow_parameters(sym->type.ref->next);\n"
        "    local_scope = 0;\n" },
    { "x86_64-gen.c", "va_start does not know of the hidden parameter of a function that returns a large structure",
        "        seen_reg_num = seen_sse_num = 0;\n",
        "        seen_reg_num = classify_x86_64_arg(&func_vt, NULL, &size, &align, &reg_count) == x86_64_mode_memory;\n"
        "        seen_sse_num = 0;\n" },
    { "x86_64-gen.c", "a long double that waits in the x87 is forgotten when a float becomes another one",
        "            save_reg(RC_ST0);\n"
        "            /* movss %xmm0,-0x10(%rsp) */\n",
        "            save_reg(TREG_ST0);\n"
        "            /* movss %xmm0,-0x10(%rsp) */\n" },
    { "x86_64-gen.c", "as above, and a double",
        "            save_reg(RC_ST0);\n"
        "            /* movsd %xmm0,-0x10(%rsp) */\n",
        "            save_reg(TREG_ST0);\n"
        "            /* movsd %xmm0,-0x10(%rsp) */\n" },
    { "tccgen.c", "(unsigned short)c stays negative for a signed char in memory",
        "            if (ds <= 4) {\n"
        "                gv(RC_INT);\n"
        "                goto done; /* no 64bit envolved */\n",
        "            if (ds <= 4 && !(dbt == (VT_SHORT | VT_UNSIGNED) && sbt == VT_BYTE)) {\n"
        "                gv(RC_INT);\n"
        "                goto done; /* no 64bit envolved */\n" },
    { "tccgen.c", "a bit-field is promoted by the type it is declared with, not by how many bits it has",
        "static int combine_types(CType *dest, SValue *op1, SValue *op2, int op)\n"
        "{\n"
        "    CType *type1 = &op1->type, *type2 = &op2->type, type;\n"
        "    int t1 = type1->t, t2 = type2->t, bt1",
        "static int promoted(int t)\n"
        "{\n"
        "    if (!(t & VT_BITFIELD))\n"
        "        return t;\n"
        "    if (BIT_SIZE(t) <= 32)\n"
        "        return VT_INT | (BIT_SIZE(t) == 32 ? t & VT_UNSIGNED : 0);\n"
        "    return t & (VT_BTYPE | VT_UNSIGNED | VT_LONG);\n"
        "}\n"
        "\n"
        "static int combine_types(CType *dest, SValue *op1, SValue *op2, int op)\n"
        "{\n"
        "    CType *type1 = &op1->type, *type2 = &op2->type, type;\n"
        "    int t1 = promoted(type1->t), t2 = promoted(type2->t), bt1" },
    { "tccgen.c", "as above",
        "    t1 = vtop[-1].type.t;\n"
        "    t2 = vtop[0].type.t;\n"
        "    bt1 = t1 & VT_BTYPE;\n"
        "    bt2 = t2 & VT_BTYPE;\n",
        "    t1 = promoted(vtop[-1].type.t);\n"
        "    t2 = promoted(vtop[0].type.t);\n"
        "    bt1 = t1 & VT_BTYPE;\n"
        "    bt2 = t2 & VT_BTYPE;\n" },
    { "tccgen.c", "case values have the type of what is switched on, and are in its order: the search for one relies on it",
        "static int case_cmp(const void *pa, const void *pb)\n",
        "static int64_t case_value(void)\n"
        "{\n"
        "    int64_t value = expr_const64();\n"
        "    int t = promoted(cur_switch->sv.type.t) & (VT_BTYPE | VT_UNSIGNED);\n"
        "    if ((t & VT_BTYPE) == VT_LLONG)\n"
        "        return value;\n"
        "    return t == (VT_INT | VT_UNSIGNED) ? (int64_t)(uint32_t)value : (int32_t)value;\n"
        "}\n"
        "\n"
        "static int case_before(int64_t a, int64_t b)\n"
        "{\n"
        "    int t = promoted(cur_switch->sv.type.t) & (VT_BTYPE | VT_UNSIGNED);\n"
        "    return t == (VT_LLONG | VT_UNSIGNED) ? (uint64_t)a < (uint64_t)b : a < b;\n"
        "}\n"
        "\n"
        "static int case_cmp(const void *pa, const void *pb)\n" },
    { "tccgen.c", "as above",
        "    return a < b ? -1 : a > b;\n",
        "    return case_before(a, b) ? -1 : case_before(b, a);\n" },
    { "tccgen.c", "as above",
        "        cr->v1 = cr->v2 = expr_const64();\n",
        "        cr->v1 = cr->v2 = case_value();\n" },
    { "tccgen.c", "as above; and an empty range, in which nothing is, would mislead the search",
        "            cr->v2 = expr_const64();\n"
        "            if (cr->v2 < cr->v1)\n"
        "                tcc_warning(\"empty case range\");\n"
        "        }\n"
        "        cr->sym = gind();\n"
        "        dynarray_add(&cur_switch->p, &cur_switch->n, cr);\n",
        "            cr->v2 = case_value();\n"
        "            if (case_before(cr->v2, cr->v1))\n"
        "                tcc_warning(\"empty case range\");\n"
        "        }\n"
        "        cr->sym = gind();\n"
        "        if (!case_before(cr->v2, cr->v1))\n"
        "            dynarray_add(&cur_switch->p, &cur_switch->n, cr);\n" },
    { "tccgen.c", "as above",
        "            if (sw->p[b - 1]->v2 >= sw->p[b]->v1)\n",
        "            if (!case_before(sw->p[b - 1]->v2, sw->p[b]->v1))\n" },
    { "tccgen.c", "as above",
        "        /* Our switch table sorting is signed, so the compared\n"
        "           value needs to be as well when it's 64bit.  */\n"
        "        vpushv(&sw->sv);\n"
        "        if ((vtop->type.t & VT_BTYPE) == VT_LLONG)\n"
        "            vtop->type.t &= ~VT_UNSIGNED;\n",
        "        vpushv(&sw->sv);\n" },
    { "tccgen.c", "`(a ? 0 : 0) ? b : c` loses c: that the first jump is always taken is no reason to leave it out",
        "\tc = condition_3way();\n"
        "        g = (tok == ':' && gnu_ext);\n",
        "\tc = condition_3way();\n"
        "        ncw_prev = nocode_wanted;\n"
        "        g = (tok == ':' && gnu_ext);\n" },
    { "tccgen.c", "as above",
        "        ncw_prev = nocode_wanted;\n"
        "        if (c == 0)\n"
        "          nocode_wanted++;\n",
        "        if (c == 0)\n"
        "          nocode_wanted++;\n" },
    { "tccgen.c", "the type of a comparison is lost once it was cast, as in ~(a ? (unsigned)(b < c) : 0), or outlives its use",
        "        int inv = op & (op < 2); /* small optimization */\n"
        "        vseti(VT_JMP+inv, gvtst(inv, 0));\n",
        "        int inv = op & (op < 2); /* small optimization */\n"
        "        CType type = vtop->type;\n"
        "        vseti(VT_JMP+inv, gvtst(inv, 0));\n"
        "        vtop->type = type;\n" },
    { "tccgen.c", "as above",
        "    p = inv ? &vtop->jfalse : &vtop->jtrue;\n"
        "    *p = gjmp_append(*p, t);\n",
        "    p = inv ? &vtop->jfalse : &vtop->jtrue;\n"
        "    *p = gjmp_append(*p, t);\n"
        "    vtop->type.t = VT_INT;\n" },
    { "tccgen.c", "as above",
        "    if (vtop->r == VT_CMP) {\n"
        "        int j;\n",
        "    if (vtop->r == VT_CMP) {\n"
        "        int j;\n"
        "        vtop->type.t = VT_INT;\n" },
    { "tccgen.c", "as above",
        "            t1 = gvtst(0, 0);\n"
        "            vpushi(0);\n"
        "            gvtst_set(0, t1);\n"
        "            gv(RC_INT);\n",
        "            type = vtop->type;\n"
        "            t1 = gvtst(0, 0);\n"
        "            vpushi(0);\n"
        "            gvtst_set(0, t1);\n"
        "            gv(RC_INT);\n"
        "            vtop->type = type;\n" },
    { "tccgen.c", "as above: x ? 1u : 0 is unsigned",
        "static int is_cond_bool(SValue *sv)\n"
        "{\n",
        "static int is_cond_bool(SValue *sv)\n"
        "{\n"
        "    if ((sv->type.t & (VT_BTYPE | VT_UNSIGNED)) != VT_INT)\n"
        "        return 0;\n" },
    { "x86_64-gen.c", "a structure of no bytes with an array of none in it takes a register",
        "        if (size > 16) {\n"
        "            mode = x86_64_mode_memory;\n"
        "        } else {\n",
        "        if (size > 16) {\n"
        "            mode = x86_64_mode_memory;\n"
        "        } else if (size == 0) {\n"
        "            mode = x86_64_mode_none;\n"
        "        } else {\n" },
    { "tccpp.c", "#pragma pack(push) may come without a number",
        "                    s1->pack_stack_ptr++;\n"
        "                    skip(',');\n"
        "                }\n",
        "                    val = *s1->pack_stack_ptr++;\n"
        "                    if (tok == ')')\n"
        "                        goto pack_set;\n"
        "                    skip(',');\n"
        "                }\n" },
    { "tccpp.c", "as above",
        "            *s1->pack_stack_ptr = val;\n",
        "        pack_set:\n"
        "            *s1->pack_stack_ptr = val;\n" },
    { "tcc.c", "called by the name of cpp it preprocesses, as ld it links without libraries: no wrapper has to find it",
        "    opt = tcc_parse_args(s, &argc, &argv, 1);\n",
        "    if (!strcmp(tcc_basename(argv[0]), \"cpp\"))\n"
        "        s->output_type = TCC_OUTPUT_PREPROCESS;\n"
        "    s->nostdlib = !strcmp(tcc_basename(argv[0]), \"ld\");\n"
        "    opt = tcc_parse_args(s, &argc, &argv, 1);\n" },
    { "libtcc.c", "there are static libraries only",
        "    s->nocommon = 1;\n", "    s->nocommon = 1;\n    s->static_link = 1;\n" },
    { "lib/va_list.c", "libtcc1 is linked after libc, and must not need it",
        "        abort();\n", "" },
    { NULL }
};

/* Where the compiler is to find its own files, and those of musl. */
static void configure_tcc(const char *source, const char *libtcc1, const char *protomusl)
{
    write_text(join(source, "/config.h"), join(
        "#define TCC_TARGET_X86_64 1\n"
        "#define TCC_MUSL 1\n"
        "#define TCC_VERSION \"0.9.27\"\n"
        "#define CONFIG_TCC_STATIC 1\n"
        "#define CONFIG_TCCDIR \"", libtcc1, "/lib/tcc\"\n"
        "#define CONFIG_TCC_SYSINCLUDEPATHS \"", protomusl, "/include:{B}/include\"\n"
        "#define CONFIG_TCC_LIBPATHS \"", protomusl, "/lib\"\n"
        "#define CONFIG_TCC_CRTPREFIX \"", protomusl, "/lib\"\n"));
}

static void prepare_tcc(const char *tarball, const char *here, const char *source, const char *libtcc1,
                        const char *protomusl)
{
    untar(bunzip2(read_file(tarball)), "", tcc_wanted, source);
    apply_edits(source, tcc_edits);
    copy_file(join(here, "/tinycc-floats.c"), join(source, "/floats.c"), 0644);
    configure_tcc(source, libtcc1, protomusl);
}

/* Starts the compilations of tcc and libtcc1, and one file more, if any, to the folder `to`, beside the sources. */
static void start_tcc(const char *tcc, const char *headers, const char *more, const char *to)
{
    const char *flags = join(" -w -nostdinc -I", headers, " -c ");
    make_folders(to);
    start(to, join(tcc, flags, "../tcc/tcc.c"));
    start(to, join(tcc, flags, "../tcc/lib/libtcc1.c ../tcc/lib/va_list.c ../tcc/lib/alloca86_64.S "
                               "../tcc/lib/dsohandle.c", more));
}

/*
 * Once they are finished: libtcc1.a, and tcc itself with the libc in the same folder. If the seed links, with all of both:
 * the index that its -ar makes has no weak symbols, and its code may ask for what the library has of its age.
 */
static void collect_tcc(const char *tcc, const char *to, int by_seed)
{
    const char *libc = by_seed ? "-Wl,--whole-archive libc.a -Wl,--no-whole-archive" : "libc.a";
    run(to, join(tcc, " -ar rcs libtcc1.a libtcc1.o va_list.o alloca86_64.o dsohandle.o", by_seed ? " age.o" : ""));
    run(to, join(tcc, " -nostdlib -static -o tcc crt1.o crti.o tcc.o ", libc, " libtcc1.a crtn.o"));
}

/*
 * The finished compiler, and apart from it what it looks for where it was built to: so no output holds its own name. From
 * here on it finds everything by itself.
 */
static void install_tcc(const char *from, const char *source, const char *here, const char *tinycc, const char *libtcc1)
{
    static const char *links[][2] = { { "tcc", "cc" }, { "tcc", "cpp" }, { "tcc", "ld" }, { "ar", "ranlib" } };
    const char *bin = join(tinycc, "/bin"), *lib = join(libtcc1, "/lib/tcc");
    int i;
    make_folders(bin);
    make_folders(lib);
    copy_file(join(from, "/tcc"), join(bin, "/tcc"), 0755);
    copy_file(join(from, "/libtcc1.a"), join(lib, "/libtcc1.a"), 0644);
    copy_headers(join(source, "/include"), join(lib, "/include"));
    for (i = 0; i < 4; i++)
        make_link(links[i][0], join(bin, "/", links[i][1]));
    start(join(here, "/tools"), join(bin, "/tcc -o ", bin, "/ar ar.c"));
}
