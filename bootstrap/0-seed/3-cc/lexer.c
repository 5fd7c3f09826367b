// Text -> tokens.

char *punctuators[] = {
  "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=", "/=", "%=", "+=", "-=",
  "&=", "^=", "|=", "##", 0
};

long is_digit(long c) {
  return c >= '0' && c <= '9';
}

long is_letter(long c) {
  return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$';
}

long is_space(long c) {
  return c == ' ' || c >= '\t' && c <= '\r';
}

// Takes out each backslash at the end of a line. The newlines follow after the joined line, so that lines keep their numbers.
void join_lines(char *s) {
  char *to = s;
  long owed = 0;
  while (*s) {
    if (s[0] == '\\' && (s[1] == '\n' || s[1] == '\r' && s[2] == '\n')) {
      s += s[1] == '\n' ? 2 : 3;
      owed++;
    } else if (*s == '\n') {
      *to++ = *s++;
      while (owed) {
        *to++ = '\n';
        owed--;
      }
    } else {
      *to++ = *s++;
    }
  }
  while (owed) {
    *to++ = '\n';
    owed--;
  }
  *to = 0;
}

// The end of a number as the preprocessor sees it: 1.5e+3f, 0x10UL, and also nonsense such as 1..2.
char *end_of_number(char *s) {
  for (;;) {
    if ((*s == 'e' || *s == 'E' || *s == 'p' || *s == 'P') && (s[1] == '+' || s[1] == '-')) s += 2;
    else if (is_digit(*s) || is_letter(*s) || *s == '.') s++;
    else return s;
  }
}

// The end of "..." or '...', after the closing quote; 0 if the line ends first.
char *end_of_quoted(char *s) {
  char quote = *s++;
  while (*s != quote) {
    if (*s == 0 || *s == '\n') return 0;
    if (*s == '\\' && s[1] && s[1] != '\n') s++;
    s++;
  }
  return s + 1;
}

void skip_comment(struct Token *at, char **position, long *line) {
  char *s = *position;
  if (s[1] == '/') {
    while (*s && *s != '\n') s++;
  } else {
    s += 2;
    while (s[0] != '*' || s[1] != '/') {
      if (*s == 0) fail(at, "this comment has no end");
      if (*s == '\n') *line += 1;
      s++;
    }
    s += 2;
  }
  *position = s;
}

long lex_punctuator(char *s, long *length) {
  long i;
  for (i = 0; punctuators[i]; i++) {
    *length = length_of(punctuators[i]);
    if (same_bytes(s, punctuators[i], *length)) return T_ELLIPSIS + i;
  }
  *length = 1;
  return *s;
}

// A list that ends with a T_END_OF_FILE. Lines are counted from line.
struct Token *lex(char *s, struct File *file, long line) {
  struct Token head;
  struct Token *last = &head;
  struct Token *t = 0;
  long starts_line = 1;
  long after_space = 0;
  char *end;
  long length;
  for (;;) {
    if (t == 0) t = allocate(sizeof(struct Token));
    t->file = file;
    t->line = line;
    if (*s == '\n') {
      line++;
      s++;
      starts_line = 1;
      continue;
    }
    if (is_space(*s)) {
      s++;
      after_space = 1;
      continue;
    }
    if (*s == '/' && (s[1] == '/' || s[1] == '*')) {
      skip_comment(t, &s, &line);
      after_space = 1;
      continue;
    }
    t->text = s;
    t->starts_line = starts_line;
    t->after_space = after_space;
    if (*s == 0) {
      t->kind = T_END_OF_FILE;
      t->starts_line = 1;
      end = s;
    } else if (is_digit(*s) || *s == '.' && is_digit(s[1])) {
      t->kind = T_NUMBER;
      end = end_of_number(s);
    } else if (is_letter(*s)) {
      end = s;
      while (is_letter(*end) || is_digit(*end)) end++;
      t->kind = T_IDENT;
      t->ident = intern(s, end - s);
    } else if (*s == '"' || *s == '\'') {
      t->kind = *s == '"' ? T_STRING : T_CHARACTER;
      end = end_of_quoted(s);
      if (end == 0) {   // this is an error only if the token survives, for #if 0 may hide "don't"
        t->kind = T_OTHER;
        end = s;
        while (*end && *end != '\n') end++;
      }
    } else {
      t->kind = lex_punctuator(s, &length);
      if (t->kind < 33 || t->kind == '`' || t->kind == '@' || t->kind == '\\' || t->kind > 126 && t->kind < 256) t->kind = T_OTHER;
      end = s + length;
    }
    t->length = end - s;
    s = end;
    last->next = t;
    last = t;
    if (t->kind == T_END_OF_FILE) return head.next;
    t = 0;
    starts_line = 0;
    after_space = 0;
  }
}

long hex_value(long c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// One character of a string or character constant, as a byte.
long read_escape(struct Token *at, char **position) {
  char *s = *position;
  long c = *s++;
  long digits = 0;
  if (c == '\\') {
    c = *s++;
    if (c == 'n') c = '\n';
    else if (c == 't') c = '\t';
    else if (c == 'r') c = '\r';
    else if (c == 'a') c = 7;
    else if (c == 'b') c = 8;
    else if (c == 'v') c = 11;
    else if (c == 'f') c = 12;
    else if (c == 'e') c = 27;
    else if (c == 'x') {
      c = 0;
      while (hex_value(*s) >= 0) {
        c = c * 16 + hex_value(*s++);
        digits++;
        if (c > 255) fail(at, "expected a character of at most \\xff");
      }
      if (digits == 0) fail(at, "expected hexadecimal digits after \\x");
    } else if (c >= '0' && c <= '7') {
      c = c - '0';
      while (*s >= '0' && *s <= '7' && digits < 2) {
        c = c * 8 + *s++ - '0';
        digits++;
      }
      if (c > 255) fail(at, "expected a character of at most \\377");
    } else if (c != '\\' && c != '"' && c != '\'' && c != '?') {
      fail(at, "this escape sequence is unknown");
    }
  }
  *position = s;
  return c;
}

long character_value(struct Token *t) {
  char *s = t->text + 1;
  char *end = t->text + t->length - 1;
  long value = 0;
  long count = 0;
  while (s < end) {
    value = value * 256 + read_escape(t, &s);
    count++;
  }
  if (count == 0 || count > 4) fail(t, "expected one to four characters between the quotes");
  return count == 1 ? wrap(ty_char, value) : wrap(ty_int, value);
}

void add_keyword(char *name, long keyword) {
  ident_of(name)->keyword = keyword;
}
