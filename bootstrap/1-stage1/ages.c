/*
 * What seeds of other ages lack. TinyCC changes: what it calls in its library, how it links, how it passes variable
 * arguments. Generation 1, and only it, is compiled by a seed, with a library and headers that are not the seed's; here
 * is what that takes. No version is asked for: what can be there for all is, and the rest depends on what a seed can do.
 * The next generations are compiled by the TinyCC that is built here, and get none of it.
 */

/* Into libtcc1. Nothing needs to be declared anywhere: the seed's own code refers to it. */
static const char age_library[] =
    /* Since January 2021 -x is computed with these: the bits of -0.0. */
    "const unsigned __mzerosf = 0x80000000u;\n"
    "const unsigned long __mzerodf = 0x8000000000000000ul;\n"
    /* Until 2019 va_start called this. What a function leaves 16 bytes below its frame is made into a va_list. */
    "struct va { unsigned integers, floats; char *overflow, *saved; };\n"
    "void __va_start(struct va *list, char *frame)\n"
    "{\n"
    "    list->integers = ((unsigned *)(frame - 16))[0];\n"
    "    list->floats = ((unsigned *)(frame - 16))[1];\n"
    "    list->overflow = frame + ((unsigned *)(frame - 16))[2];\n"
    "    list->saved = frame - 16 - 176;\n"
    "}\n";

/*
 * Until 2019 the compiler had no va_list of its own: its stdarg.h made one. musl's asks for the compiler's, so this comes
 * before each file.
 */
static const char age_va_list[] =
    "#ifndef __ASSEMBLER__\n"
    "typedef struct {\n"
    "    unsigned gp_offset, fp_offset;\n"
    "    union { unsigned overflow_offset; char *overflow_arg_area; };\n"
    "    char *reg_save_area;\n"
    "} __builtin_va_list[1];\n"
    "void __va_start();\n"
    "void *__va_arg(__builtin_va_list list, int kind, int size, int align);\n"
    "#define __builtin_va_start(list, last) __va_start(list, __builtin_frame_address(0))\n"
    "#define __builtin_va_arg(list, type) \\\n"
    "    (*(type *)__va_arg(list, __builtin_va_arg_types(type), sizeof(type), __alignof__(type)))\n"
    "#define __builtin_va_copy(to, from) (*(to) = *(from))\n"
    "#define __builtin_va_end(list) ((void)0)\n"
    "#endif\n";

/*
 * Since the middle of 2022 sections are sorted by what may be done with them, and .init, which musl's crti.s opens without
 * saying that it is code, lands where none is run. The two functions of it and crtn.s do nothing: here in .text.
 */
static const char age_crti[] =
    ".global _init\n"
    ".global _fini\n"
    "_init:\n"
    "_fini:\n"
    "    ret\n";

/* Whether the seed compiles a text. That it cannot is no failure, so what it says of it is kept from view. */
static int seed_takes(const char *seed, const char *folder, const char *text)
{
    write_text(join(folder, "/probe.c"), text);
    return try(folder, join(seed, " -nostdinc -c probe.c"));
}

/* Puts what the seed lacks into the folder of generation 1. Returns options for compiling with it. */
static const char *make_up_for_age(const char *seed, const char *folder)
{
    make_folders(folder);
    write_text(join(folder, "/age.c"), age_library);
    write_text(join(folder, "/crti.s"), age_crti);
    write_text(join(folder, "/va_list.h"), age_va_list);
    return seed_takes(seed, folder, "__builtin_va_list list;\n") ? "" : join(" -include ", folder, "/va_list.h");
}
