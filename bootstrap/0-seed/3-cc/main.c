// The command line: cc [-funsigned-char] [-I DIR]... [-D NAME[=VALUE]]... -o OUTPUT FILE.c...

char *keywords[] = {
  "void", "_Bool", "char", "short", "int", "long", "float", "double", "signed", "unsigned",
  "struct", "union", "enum", "const", "volatile", "restrict", "inline", "__extension__", "__attribute__", "__builtin_va_list",
  "typedef", "extern", "static", "auto", "register", "_Noreturn",
  "",
  "if", "else", "while", "do", "for", "switch", "case", "default", "break", "continue", "return", "goto",
  "sizeof", "_Alignof", "asm", "__func__",
  "__syscall", "__setjmp", "__longjmp", "__builtin_va_start", "__builtin_va_arg", "__builtin_va_end", "__builtin_va_copy", 0
};

char *predefined[] = {
  "__STDC__", "__STDC_HOSTED__", "__STDC_VERSION__=199901L", "__x86_64__", "__linux__", "__unix__", "__LP64__",
  "__SIZE_TYPE__=unsigned long", "__PTRDIFF_TYPE__=long", 0
};

void make_keywords(void) {
  long i;
  for (i = 0; keywords[i]; i++) if (*keywords[i]) add_keyword(keywords[i], i + 1);
  add_keyword("__const", K_CONST);
  add_keyword("__const__", K_CONST);
  add_keyword("__volatile__", K_VOLATILE);
  add_keyword("__restrict", K_RESTRICT);
  add_keyword("__restrict__", K_RESTRICT);
  add_keyword("__inline", K_INLINE);
  add_keyword("__inline__", K_INLINE);
  add_keyword("__signed__", K_SIGNED);
  add_keyword("__attribute", K_ATTRIBUTE);
  add_keyword("__alignof__", K_ALIGNOF);
  add_keyword("__asm__", K_ASM);
  add_keyword("__FUNCTION__", K_FUNC);
}

void predefine(char *name, long special) {
  struct Macro *m = allocate(sizeof(struct Macro));
  m->special = special;
  ident_of(name)->macro = m;
}

// An argument that may be one word or two: -Ifolder or -I folder.
char *option_value(char **argv, long *i) {
  if (argv[*i][2]) return argv[*i] + 2;
  *i += 1;
  if (argv[*i] == 0) stop("expected a value after", argv[*i - 1]);
  return argv[*i];
}

void compile(char *path, char **defines) {
  struct Token *t;
  long i;
  predefine("__FILE__", '"');
  predefine("__LINE__", '0');
  for (i = 0; predefined[i]; i++) define_from_command_line(join(predefined[i], ""));
  for (i = 0; defines[i]; i++) define_from_command_line(join(defines[i], ""));
  t = open_source(path, 0);
  if (t == 0) stop("cannot read", path);
  read_unit(preprocess(t));
  close_unit();
}

int main(int argc, char **argv) {
  char *output = 0;
  char **files = allocate((argc + 1) * sizeof(char *));
  char **defines = allocate((argc + 1) * sizeof(char *));
  long file_count = 0;
  long define_count = 0;
  long i;
  for (i = 1; i < argc; i++) {
    if (argv[i][0] != '-') {
      files[file_count++] = argv[i];
    } else if (argv[i][1] == 'o') {
      output = option_value(argv, &i);
    } else if (argv[i][1] == 'D') {
      defines[define_count++] = option_value(argv, &i);
    } else if (argv[i][1] == 'I') {
      if (include_folder_count == 64) stop("expected at most 64 times -I", 0);
      include_folders[include_folder_count++] = option_value(argv, &i);
    } else if (length_of(argv[i]) == 15 && same_bytes(argv[i], "-funsigned-char", 15)) {
      char_is_unsigned = 1;
    } else {
      stop("this option is unknown:", argv[i]);
    }
  }
  if (output == 0 || file_count == 0) stop("expected [-I DIR]... [-D NAME[=VALUE]]... -o OUTPUT FILE.c...", 0);
  make_types();
  make_keywords();
  make_float_helpers();
  for (i = 0; i < file_count; i++) compile(files[i], defines);
  link_program(output);
  return 0;
}
