// The preprocessor: #define, #include, #if and the like.

struct Conditional {
  struct Conditional *outer;
  struct Token *at;
  long taken;              // one of its groups was compiled
  long had_else;
};

struct Conditional *conditional;
char *include_folders[64];
long include_folder_count;

// The first token of the next line.
struct Token *next_line(struct Token *t) {
  while (!t->starts_line) t = t->next;
  return t;
}

// A copy of the rest of the line, as a list that ends with T_END.
struct Token *copy_line(struct Token *t) {
  struct Token head;
  struct Token *last = &head;
  head.line = t->line;
  for (; !t->starts_line; t = t->next) {
    last->next = copy_token(t);
    last = last->next;
  }
  last->next = copy_token(t);
  last->next->kind = T_END;
  last->next->length = 0;
  last->next->line = last->line;
  return head.next;
}

void need_name(struct Token *t) {
  if (t->kind != T_IDENT || t->starts_line) fail(t, "expected a name in this directive");
}

struct Token *read_parameters(struct Macro *m, struct Token *t) {
  struct Ident *list[256];
  long n = 0;
  m->is_function = 1;
  while (t->kind != ')') {
    if (n) {
      if (t->kind != ',') fail(t, "expected ',' or ')' in the parameters of a macro");
      t = t->next;
    }
    if (n == 256) fail(t, "expected at most 256 parameters");
    if (t->kind == T_ELLIPSIS) {
      list[n] = ident_of("__VA_ARGS__");
      m->is_variadic = 1;
    } else {
      need_name(t);
      list[n] = t->ident;
      if (t->next->kind == T_ELLIPSIS) {
        m->is_variadic = 1;
        t = t->next;
      }
    }
    n++;
    t = t->next;
    if (m->is_variadic && t->kind != ')') fail(t, "expected ')' after '...'");
  }
  m->count = n;
  m->parameters = allocate((n + 1) * sizeof(struct Ident *));
  copy_bytes((char *)m->parameters, (char *)list, n * sizeof(struct Ident *));
  return t->next;
}

void define(struct Token *t) {
  struct Ident *name = t->ident;
  struct Macro *m = allocate(sizeof(struct Macro));
  need_name(t);
  t = t->next;
  if (t->kind == '(' && !t->after_space && !t->starts_line) t = read_parameters(m, t->next);
  m->body = copy_line(t);
  name->macro = m;
}

void define_from_command_line(char *s) {
  struct File *file = allocate(sizeof(struct File));
  struct Token *t;
  char *value = s;
  while (*value && *value != '=') value++;
  if (*value) *value = ' ';
  else s = join(s, " 1");
  file->name = "-D";
  t = lex(s, file, 1);
  t->starts_line = 0;
  define(t);
}

struct Token *open_source(char *path, struct File *from) {
  struct File *file;
  char *s = read_file(path);
  char *p;
  if (s == 0) return 0;
  file = allocate(sizeof(struct File));
  file->name = path;
  file->folder = join(path, "");
  for (p = file->folder + length_of(path); p > file->folder && p[-1] != '/'; p--) {}
  *p = 0;
  file->depth = from ? from->depth + 1 : 0;
  join_lines(s);
  return lex(s, file, 1);
}

struct Token *find_include(char *name, long quoted, struct Token *at) {
  struct Token *t;
  long i;
  if (at->file->depth > 100) fail(at, "files include each other more than 100 levels deep");
  if (*name == '/') {
    t = open_source(name, at->file);
    if (t) return t;
  } else {
    if (quoted) {
      t = open_source(join(at->file->folder, name), at->file);
      if (t) return t;
    }
    for (i = 0; i < include_folder_count; i++) {
      t = open_source(join(join(include_folders[i], "/"), name), at->file);
      if (t) return t;
    }
  }
  fail_name(at, "no such file to include:", name);
  return 0;
}

// #include; t is what follows. Gives the tokens of the file, and after them those of the next line.
struct Token *include(struct Token *t) {
  struct Token *rest = next_line(t);
  struct Token *line = t;
  struct Token *last;
  char *name;
  if (t->kind != T_STRING && t->kind != '<') line = expand_all(copy_line(t));
  if (line->kind == T_STRING) {
    name = allocate(line->length);
    copy_bytes(name, line->text + 1, line->length - 2);
  } else {
    if (line->kind != '<') fail(t, "expected \"file\" or <file>");
    name = "";
    for (last = line->next; last->kind != '>'; last = last->next) {
      if (last->starts_line || last->kind == T_END) fail(t, "expected '>'");
      if (last->after_space && last != line->next) name = join(name, " ");
      name = join(name, spelling(last));
    }
  }
  line = find_include(name, line->kind == T_STRING, t);
  last = line;
  while (last->kind != T_END_OF_FILE) last = last->next;
  last->next = rest;
  return line;
}

// Whether the condition of #if or #elif holds.
long evaluate_line(struct Token *t) {
  struct Token *p;
  long parenthesis;
  t = copy_line(t);
  for (p = t; p->kind != T_END; p = p->next) {
    if (p->kind != T_IDENT || !same_bytes(p->text, "defined", 7) || p->length != 7) continue;
    parenthesis = p->next->kind == '(';
    if (parenthesis) p->next = p->next->next;
    if (p->next->kind != T_IDENT) fail(p, "expected a name after 'defined'");
    p->kind = T_NUMBER;
    p->text = p->next->ident->macro ? "1" : "0";
    p->length = 1;
    p->next = p->next->next;
    if (parenthesis) {
      if (p->next->kind != ')') fail(p, "expected ')' after 'defined'");
      p->next = p->next->next;
    }
  }
  return evaluate(expand_all(t));
}

long is_directive(struct Token *t, char *name) {
  return t->kind == T_IDENT && t->length == length_of(name) && same_bytes(t->text, name, t->length);
}

// Skips lines up to the '#' of the #elif, #else or #endif that belongs to the current conditional.
struct Token *skip_group(struct Token *t) {
  long nested = 0;
  for (;;) {
    t = next_line(t);
    if (t->kind == T_END_OF_FILE) fail(conditional->at, "this conditional has no #endif");
    if (t->kind == '#' && !t->next->starts_line) {
      if (is_directive(t->next, "if") || is_directive(t->next, "ifdef") || is_directive(t->next, "ifndef")) nested++;
      if (nested == 0 && (is_directive(t->next, "elif") || is_directive(t->next, "else"))) return t;
      if (is_directive(t->next, "endif")) {
        if (nested == 0) return t;
        nested--;
      }
    }
    t = t->next;
  }
}

// Goes on after a condition: into the group, or over it.
struct Token *enter_group(struct Token *t, long condition) {
  struct Token *line = next_line(t);
  if (!condition) return skip_group(line);
  conditional->taken = 1;
  return line;
}

struct Token *open_conditional(struct Token *at, struct Token *t, long condition) {
  struct Conditional *c = allocate(sizeof(struct Conditional));
  c->outer = conditional;
  c->at = at;
  conditional = c;
  return enter_group(t, condition);
}

void fail_line(struct Token *at) {
  long n = 0;
  while (at->text[n] && at->text[n] != '\n') n++;
  fail_name(at, "the source says", intern(at->text, n)->name);
}

// hash is the '#' of a directive. Gives the token where to go on.
struct Token *directive(struct Token *hash) {
  struct Token *name = hash->next;
  struct Token *t = name->next;
  long condition;
  if (name->starts_line) return name;
  if (is_directive(name, "define")) {
    define(t);
  } else if (is_directive(name, "undef")) {
    need_name(t);
    t->ident->macro = 0;
  } else if (is_directive(name, "include")) {
    return include(t);
  } else if (is_directive(name, "ifdef") || is_directive(name, "ifndef")) {
    need_name(t);
    condition = t->ident->macro != 0;
    return open_conditional(hash, t, is_directive(name, "ifdef") ? condition : !condition);
  } else if (is_directive(name, "if")) {
    return open_conditional(hash, t, evaluate_line(t));
  } else if (is_directive(name, "elif") || is_directive(name, "else") || is_directive(name, "endif")) {
    if (conditional == 0 || conditional->at->file != hash->file) fail(hash, "this directive has no #if");
    if (is_directive(name, "endif")) {
      conditional = conditional->outer;
    } else {
      if (conditional->had_else) fail(hash, "expected #endif, for there was an #else");
      conditional->had_else = is_directive(name, "else");
      if (conditional->taken) return skip_group(next_line(t));
      return enter_group(t, conditional->had_else ? 1 : evaluate_line(t));
    }
  } else if (is_directive(name, "error")) {
    fail_line(hash);
  } else if (is_directive(name, "pragma")) {
    if (is_directive(t, "pack") || is_directive(t, "once") || is_directive(t, "push_macro") || is_directive(t, "pop_macro"))
      fail_name(hash, "not supported: #pragma", spelling(t));
  } else {
    fail(hash, "this directive is unknown");
  }
  return next_line(t);
}

// The whole unit: t is what open_source gave. The result ends with T_END.
struct Token *preprocess(struct Token *t) {
  struct Token head;
  struct Token *last = &head;
  struct Token *expanded;
  for (;;) {
    if (t->kind == T_END_OF_FILE) {
      if (conditional && conditional->at->file == t->file) fail(conditional->at, "this conditional has no #endif");
      if (t->next == 0) break;
      t = t->next;
    } else if (t->kind == '#' && t->starts_line) {
      t = directive(t);
    } else {
      expanded = expand(t);
      if (expanded) {
        t = expanded;
      } else {
        last->next = t;
        last = t;
        t = t->next;
      }
    }
  }
  t->kind = T_END;
  last->next = t;
  return head.next;
}

