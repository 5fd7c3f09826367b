/**
 * TinyCCs of other ages, imitated: the archive has one of August 2020 only. Each is that one with what distinguishes another for
 * stage 1, written from what is known of its source. They are no proof that stage 1 works from a TinyCC of that age.
 */
export interface Age {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly old: string; readonly new: string }[];
}

/** -run calls main even without libraries; va_list is stdarg.h's own, made by a function from 12 bytes below the frame. */
const BEFORE_2020: Age['edits'] = [
  { file: 'tccrun.c', old: 's1->nostdlib ? "_start" : "main"', new: '"main"' },
  { file: 'tccpp.c', old: '#if defined TCC_TARGET_X86_64\n#ifndef TCC_TARGET_PE\n    /* GCC', new: '#if 0\n#ifndef TCC_TARGET_PE\n    /* GCC' },
  { file: 'tccpp.c', old: '#else /* TCC_TARGET_I386 */\n', new: '#elif !defined TCC_TARGET_X86_64\n' },
  { file: 'tccpp.c', old: '    "#define __builtin_va_end(ap) (void)(ap)\\n"\n', new: '' },
  { file: 'tccpp.c', old: '    "#define __builtin_va_copy(dest,src) (dest)=(src)\\n"\n', new: '    ""' },
  {
    file: 'x86_64-gen.c',
    old: '        loc -= 24;\n        /* movl $0x????????, -0x18(%rbp) */\n        o(0xe845c7);',
    new: '        loc -= 16;\n        o(0xf045c7);',
  },
  { file: 'x86_64-gen.c', old: '        o(0xec45c7);', new: '        o(0xf445c7);' },
  { file: 'x86_64-gen.c', old: '\to(0x9d8d4c);\n\tgen_le32(seen_stack_size);', new: '\to(0xf845c7);\n\tgen_le32(seen_stack_size);' },
  {
    file: 'x86_64-gen.c',
    old: '\to(0xf05d894c);\n\t/* leaq $-192(%rbp), %r11 */\n\to(0x9d8d4c);\n\tgen_le32(-176 - 24);\n\t/* movq %r11, -0x8(%rbp) */\n\to(0xf85d894c);\n',
    new: '',
  },
];

/** -x is -0.0 - x, with a -0.0 from the library, unless x is a constant. */
const SINCE_2021: Age['edits'] = [
  {
    file: 'tccgen.c',
    old: '        next();\n        unary();\n        t = vtop->type.t & VT_BTYPE;\n\tif (is_float(t)) {\n',
    new: `        next();
        unary();
        t = vtop->type.t & VT_BTYPE;
        if ((t == VT_FLOAT || t == VT_DOUBLE) && (vtop->r & (VT_VALMASK | VT_LVAL | VT_SYM)) != VT_CONST) {
            const char *zero = t == VT_FLOAT ? "__mzerosf" : "__mzerodf";
            CType type = { t };
            vpushsym(&type, external_global_sym(tok_alloc(zero, 9)->tok, &type));
            vtop->r |= VT_LVAL;
        } else if (is_float(t)) {
`,
  },
];

/** What is not code is not executable, .init of musl's crti.s included. */
const SINCE_2022: Age['edits'] = [
  ...SINCE_2021,
  {
    file: 'tccelf.c',
    old: '                        if ((s->sh_flags & (SHF_ALLOC | SHF_WRITE)) !=\n                            SHF_ALLOC)\n',
    new: '                        if ((s->sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) != (SHF_ALLOC | SHF_EXECINSTR))\n',
  },
  {
    file: 'tccelf.c',
    old: '                        if ((s->sh_flags & (SHF_ALLOC | SHF_WRITE)) !=\n                            (SHF_ALLOC | SHF_WRITE))\n',
    new: '                        if ((s->sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) != SHF_ALLOC)\n',
  },
];

export const AGES: readonly Age[] = [
  { name: '2017 to 2019', edits: BEFORE_2020 },
  { name: '2021', edits: SINCE_2021 },
  { name: '2022 and later', edits: SINCE_2022 },
];
