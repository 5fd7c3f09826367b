// What a macro call becomes (the algorithm of Dave Prosser, on which the C standard rests): each token carries the set of the
// macros that it comes from, and is not expanded by one of these again.

long is_hidden(struct Hidden *h, struct Ident *ident) {
  for (; h; h = h->next) if (h->ident == ident) return 1;
  return 0;
}

struct Hidden *hide_one(struct Hidden *rest, struct Ident *ident) {
  struct Hidden *h;
  if (is_hidden(rest, ident)) return rest;
  h = allocate(sizeof(struct Hidden));
  h->ident = ident;
  h->next = rest;
  return h;
}

void add_hidden(struct Token *t, struct Hidden *hidden) {
  for (; hidden; hidden = hidden->next) t->hidden = hide_one(t->hidden, hidden->ident);
}

struct Hidden *hidden_in_both(struct Hidden *a, struct Hidden *b) {
  struct Hidden *both = 0;
  for (; a; a = a->next) if (is_hidden(b, a->ident)) both = hide_one(both, a->ident);
  return both;
}

struct Token *copy_token(struct Token *t) {
  struct Token *copy = allocate(sizeof(struct Token));
  copy_bytes((char *)copy, (char *)t, sizeof(struct Token));
  copy->next = 0;
  return copy;
}

// A token that is made while compiling. text must be one token.
struct Token *make_token(char *s, struct Token *like) {
  struct Token *t = lex(s, like->file, like->line);
  if (t->kind == T_END_OF_FILE || t->next->kind != T_END_OF_FILE) fail_name(like, "this is not one token:", s);
  t->starts_line = 0;
  t->after_space = like->after_space;
  t->next = 0;
  return t;
}

// The text of tokens up to T_END, with single spaces between them; as a string constant if quoted.
char *text_of(struct Token *first, long quoted) {
  struct Token *t;
  long n = 3;
  long i;
  long c;
  char *s;
  for (t = first; t->kind != T_END; t = t->next) n += 2 * t->length + 1;
  s = allocate(n);
  n = 0;
  if (quoted) s[n++] = '"';
  for (t = first; t->kind != T_END; t = t->next) {
    if (t != first && (t->after_space || t->starts_line)) s[n++] = ' ';
    for (i = 0; i < t->length; i++) {
      c = t->text[i];
      if (quoted && (c == '"' || c == '\\' && (t->kind == T_STRING || t->kind == T_CHARACTER))) s[n++] = '\\';
      s[n++] = c;
    }
  }
  if (quoted) s[n++] = '"';
  return s;
}

struct Token *end_token(struct Token *like) {
  struct Token *t = copy_token(like);
  t->kind = T_END;
  return t;
}

// Copies tokens up to T_END behind last, and gives the last copy back.
struct Token *append(struct Token *last, struct Token *from) {
  for (; from->kind != T_END; from = from->next) {
    last->next = copy_token(from);
    last = last->next;
  }
  return last;
}

struct Token *empty_token(struct Token *like) {
  struct Token *t = copy_token(like);
  t->kind = T_EMPTY;
  t->length = 0;
  return t;
}

// Makes of *a the token that a##b is.
void paste(struct Token *a, struct Token *b) {
  char *s;
  struct Token *t;
  if (b->kind == T_EMPTY) return;
  if (a->kind == T_EMPTY) {
    t = b;
  } else {
    s = allocate(a->length + b->length + 1);
    copy_bytes(s, a->text, a->length);
    copy_bytes(s + a->length, b->text, b->length);
    t = make_token(s, a);
  }
  a->kind = t->kind;
  a->text = t->text;
  a->length = t->length;
  a->ident = t->ident;
  a->hidden = hidden_in_both(a->hidden, b->hidden);
}

// Reads the arguments of a call; *position is its '('. Each is a list that ends with T_END. Variable arguments that are left
// out altogether are a T_END without text. *position becomes the ')'.
struct Token **read_arguments(struct Macro *m, struct Token **position) {
  struct Token *open = *position;
  struct Token *t = open->next;
  struct Token **list = allocate((m->count + 1) * sizeof(struct Token *));
  struct Token head;
  struct Token *last = &head;
  long n = 0;
  long nested = 0;
  for (;; t = t->next) {
    if (t->kind == T_END || t->kind == T_END_OF_FILE) fail(open, "this macro call has no ')'");
    if (t->starts_line && t->kind == '#') fail(t, "a directive within a macro call is not supported");
    if (nested == 0 && (t->kind == ')' || t->kind == ',' && !(m->is_variadic && n == m->count - 1))) {
      last->next = end_token(t);
      if (n < m->count) list[n] = head.next;
      else if (n || head.next->kind != T_END) fail(t, "this macro call has too many arguments");
      n++;
      last = &head;
      if (t->kind == ')') break;
      continue;
    }
    if (t->kind == '(') nested++;
    if (t->kind == ')') nested--;
    last->next = copy_token(t);
    last = last->next;
  }
  if (m->is_variadic && (n == m->count - 1 || m->count == 1 && list[0]->kind == T_END)) {
    list[m->count - 1] = end_token(t);
    list[m->count - 1]->text = 0;
    n = m->count;
  }
  if (n < m->count) fail(t, "this macro call has too few arguments");
  *position = t;
  return list;
}

long parameter_index(struct Macro *m, struct Token *t) {
  long i;
  if (t->kind == T_IDENT)
    for (i = 0; i < m->count; i++) if (m->parameters[i] == t->ident) return i;
  return -1;
}

struct Token *expanded_copy(struct Token *argument) {
  struct Token head;
  append(&head, argument)->next = end_token(argument);
  return expand_all(head.next);
}

// The body with its arguments put in; a list that ends with T_END.
struct Token *substitute(struct Macro *m, struct Token **arguments, struct Token *at) {
  struct Token head;
  struct Token *last = &head;
  struct Token *before = 0;   // the token before what was appended
  struct Token *t;
  struct Token *end = end_token(at);
  long i;
  long space;
  long pasting = 0;
  head.kind = T_END;
  head.next = 0;
  for (t = m->body; t->kind != T_END; t = t->next) {
    if (t->kind == T_PASTE && m->body != t) {
      pasting = 1;
      continue;
    }
    before = last;
    space = t->after_space;
    i = parameter_index(m, t);
    if (t->kind == '#' && m->is_function) {
      t = t->next;
      i = parameter_index(m, t);
      if (i < 0) fail(at, "expected a macro parameter after '#'");
      last->next = make_token(text_of(arguments[i], 1), at);
    } else if (i >= 0) {
      if (pasting && last->kind == ',' && m->is_variadic && i == m->count - 1) {
        // GNU's ", ## arguments": the comma goes if they are left out
        pasting = 0;
        if (arguments[i]->text == 0) last->kind = T_EMPTY;
        append(last, arguments[i]);
      } else if (pasting || t->next->kind == T_PASTE) {
        append(last, arguments[i]);
        if (last->next == 0) last->next = empty_token(at);
      } else {
        append(last, expanded_copy(arguments[i]));
      }
    } else {
      last->next = copy_token(t);
    }
    if (last->next) last->next->after_space = space;
    if (pasting) {
      paste(before, before->next);
      before->next = before->next->next;
      pasting = 0;
      last = before;
    }
    while (last->next) last = last->next;
  }
  last->next = end;
  return head.next;
}

// If t is a macro call, the tokens that come instead of it, and what follows; else 0.
struct Token *expand(struct Token *t) {
  struct Macro *m;
  struct Token *end;
  struct Token *body;
  struct Token *p;
  struct Token **arguments = 0;
  struct Hidden *hidden;
  struct Token head;
  struct Token *last = &head;
  char digits[24];
  long i = 23;
  long line;
  if (t->kind != T_IDENT) return 0;
  m = t->ident->macro;
  if (m == 0 || is_hidden(t->hidden, t->ident)) return 0;
  end = t;
  if (m->special == '"') {
    p = allocate(sizeof(struct Token));
    p->text = t->file->name;
    p->length = length_of(p->text);
    p->kind = T_OTHER;
    p->next = end_token(t);
    body = make_token(text_of(p, 1), t);
    body->next = p->next;
    hidden = t->hidden;
  } else if (m->special) {
    digits[i] = 0;
    line = t->line;
    do {
      i--;
      digits[i] = '0' + line % 10;
      line = line / 10;
    } while (line);
    body = make_token(join(digits + i, ""), t);
    body->next = end_token(t);
    hidden = t->hidden;
  } else if (m->is_function) {
    end = t->next;
    if (end->kind != '(') return 0;
    arguments = read_arguments(m, &end);
    body = substitute(m, arguments, t);
    hidden = hide_one(hidden_in_both(t->hidden, end->hidden), t->ident);
  } else {
    body = substitute(m, arguments, t);
    hidden = hide_one(t->hidden, t->ident);
  }
  for (p = body; p->kind != T_END; p = p->next) {
    if (p->kind == T_EMPTY) continue;
    add_hidden(p, hidden);
    p->line = t->line;
    p->file = t->file;
    p->starts_line = 0;
    last->next = p;
    last = p;
  }
  if (last == &head) {
    if (t->after_space) end->next->after_space = 1;
    return end->next;
  }
  last->next = end->next;
  head.next->after_space = t->after_space || t->starts_line;
  return head.next;
}

// Expands a list that ends with T_END.
struct Token *expand_all(struct Token *t) {
  struct Token head;
  struct Token *last = &head;
  struct Token *expanded;
  for (;;) {
    expanded = expand(t);
    if (expanded) {
      t = expanded;
      continue;
    }
    last->next = t;
    if (t->kind == T_END) return head.next;
    last = t;
    t = t->next;
  }
}
