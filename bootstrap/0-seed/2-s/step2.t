// Step 2: the compiler of S, a typed subset of C, written in T.       step2 FILE... PROGRAM
//
// It reads all files as one text, once, and writes machine code while it reads: there is no tree and nothing is improved
// afterwards. The value of an expression is in rax; a second one is in rcx; what must wait is on the stack. Locals are at
// rbp - something, arguments are pushed from left to right.
//
// T has one type, a number of 64 bits. A record is a number of words whose places have names: word(s + S_TYPE).
// All code here is C, too: a test compiles it with a C compiler, and both must make the same programs.

// What the sections tell: memory and messages - source files and errors - tokens - types - symbols - machine code -
// values - operators - expressions - statements - declarations - the program's file.

// ---- Memory and messages

int heap; int heap_end;

int print(int s) {
  int n = 0;
  while (byte(s + n)) n = n + 1;
  sys(1, 2, s, n);
  return 0;
}

int exit(int code) { sys(60, code, 0, 0); return 0; }

// Room for n bytes, all zero. There is a fixed amount in all, which the kernel hands out as it is used.
int room(int n) {
  int p = heap;
  heap = heap + (n + 7) / 8 * 8;
  if (heap > heap_end) { print("step2: out of memory\n"); exit(1); }
  return p;
}

int start_heap(int size) {
  heap = sys(12, 0, 0, 0);
  heap_end = heap + size;
  if (sys(12, heap_end, 0, 0) != heap_end) { print("step2: the kernel has no memory for us\n"); exit(1); }
  return 0;
}

// ---- Source files and errors

enum { F_NAME = 0, F_START = 8, F_SIZE = 16, MAX_TEXT = 0x800000 };
int text; int text_end; int files; int files_end;
int pos; // where reading is
int here; // where the next byte of machine code goes

enum { END, NAME, NUMBER, STRING };
int tk; // the token: END ... STRING, a keyword, or the characters of an operator, the first one lowest
int tv; // value of a NUMBER, length of a STRING
int tname; // the name
int tpos; // where it begins

int print_number(int n) {
  if (n > 9) print_number(n / 10);
  sys(1, 2, "0123456789" + n % 10, 1);
  return 0;
}

int where() {
  int f = files;
  while (f + F_SIZE < files_end && word(f + F_SIZE + F_START) <= tpos) f = f + F_SIZE;
  int line = 1;
  int p = word(f + F_START);
  while (p < tpos) { if (byte(p) == '\n') line = line + 1; p = p + 1; }
  print(word(f + F_NAME)); print(":"); print_number(line); print(": ");
  return 0;
}

int met() {
  if (tk == END) print(", met the end of the text\n");
  else { print(", met '"); sys(1, 2, tpos, pos - tpos); print("'\n"); }
  exit(1);
  return 0;
}

// The only ways to fail: FILE:LINE: what was expected, what was met.
int expected(int what) { where(); print("expected "); print(what); met(); return 0; }
int fail(int why) { where(); print(why); met(); return 0; }

int load_file(int name) {
  int fd = sys(2, name, 0, 0);
  if (fd < 0) { print(name); print(": cannot be opened\n"); exit(1); }
  word(files_end + F_NAME) = name;
  word(files_end + F_START) = text_end;
  files_end = files_end + F_SIZE;
  int n = 1;
  while (n > 0) {
    n = sys(0, fd, text_end, text + MAX_TEXT - 2 - text_end);
    if (n < 0) { print(name); print(": cannot be read\n"); exit(1); }
    text_end = text_end + n;
  }
  if (text_end >= text + MAX_TEXT - 2) { print(name); print(": more than 8 MB of text\n"); exit(1); }
  sys(3, fd, 0, 0);
  int p = word(files_end - F_SIZE + F_START);
  while (p < text_end) { if (byte(p) == 0) { print(name); print(": has a byte of zero\n"); exit(1); } p = p + 1; }
  if (byte(text_end - 1) != '\n') { byte(text_end) = '\n'; text_end = text_end + 1; }
  return 0;
}

// ---- Tokens

// A name is a record, the same one wherever it stands in the text.
enum { N_NEXT = 0, N_TEXT = 8, N_LENGTH = 16, N_SYMBOL = 24, N_STRUCT = 32, N_KEYWORD = 40, N_SIZE = 48, BUCKETS = 4096 };
int buckets;

enum { K_VOID = 4, K_CHAR, K_INT, K_LONG, K_UNSIGNED, K_STRUCT, K_ENUM, K_SIZEOF, K_IF, K_ELSE, K_WHILE, K_FOR, K_DO, K_SWITCH,
  K_CASE, K_DEFAULT, K_BREAK, K_CONTINUE, K_RETURN, K_NOT_S };

enum { LE = 0x3d3c, GE = 0x3d3e, EQ = 0x3d3d, NE = 0x3d21, SHL = 0x3c3c, SHR = 0x3e3e, ANDAND = 0x2626, OROR = 0x7c7c,
  PLUSPLUS = 0x2b2b, MINUSMINUS = 0x2d2d, ARROW = 0x3e2d };

enum { MAX_STRING = 65536 };
int string; // the bytes of a STRING

int equal(int a, int b, int n) {
  int i = 0;
  while (i < n) { if (byte(a + i) != byte(b + i)) return 0; i = i + 1; }
  return 1;
}

int intern(int s, int n) {
  int hash = n;
  int i = 0;
  while (i < n) { hash = (hash * 31 + byte(s + i)) & 0xfffffff; i = i + 1; }
  int bucket = buckets + hash % BUCKETS * 8;
  int r = word(bucket);
  while (r) {
    if (word(r + N_LENGTH) == n && equal(word(r + N_TEXT), s, n)) return r;
    r = word(r + N_NEXT);
  }
  r = room(N_SIZE);
  word(r + N_NEXT) = word(bucket);
  word(r + N_TEXT) = s;
  word(r + N_LENGTH) = n;
  word(bucket) = r;
  return r;
}

int within(int c, int low, int high) { return c >= low && c <= high; }
int has(int s, int c) { while (byte(s)) { if (byte(s) == c) return 1; s = s + 1; } return 0; }
int is_digit(int c) { return within(c, '0', '9'); }
int is_letter(int c) { return within(c, 'a', 'z') || within(c, 'A', 'Z') || c == '_'; }

// All names and keywords of a list with blanks between.
int keywords(int s, int k, int step) {
  while (byte(s)) {
    int n = 0;
    while (byte(s + n) > ' ') n = n + 1;
    word(intern(s, n) + N_KEYWORD) = k;
    k = k + step;
    s = s + n;
    if (byte(s)) s = s + 1;
  }
  return 0;
}

// Over blanks and comments.
int skip() {
  while (byte(pos)) {
    if (byte(pos) == '/' && byte(pos + 1) == '/') { while (byte(pos) != '\n') pos = pos + 1; }
    else if (byte(pos) == '/' && byte(pos + 1) == '*') {
      tpos = pos;
      tk = END;
      pos = pos + 2;
      while (byte(pos) != '*' || byte(pos + 1) != '/') { if (byte(pos) == 0) expected("the end of the comment"); pos = pos + 1; }
      pos = pos + 2;
    }
    else if (byte(pos) == ' ' || within(byte(pos), '\t', '\r')) pos = pos + 1;
    else return 0;
  }
  return 0;
}

// The value of a digit of any base, or 99.
int digit(int c) {
  if (is_digit(c)) return c - '0';
  if (within(c, 'a', 'f')) return c - 'a' + 10;
  if (within(c, 'A', 'F')) return c - 'A' + 10;
  return 99;
}

int number() {
  int base = 10;
  int max = 0x7fffffff;
  max = max << 32 | 0xffffffff;
  if (byte(pos) == '0' && (byte(pos + 1) | 32) == 'x') {
    base = 16;
    pos = pos + 2;
    if (digit(byte(pos)) > 15) expected("a hexadecimal digit");
  }
  else if (byte(pos) == '0' && is_digit(byte(pos + 1))) expected("a decimal number without leading zeros");
  tv = 0;
  while (digit(byte(pos)) < base) {
    if (base == 16 && tv >> 60 & 15) fail("a number of more than 64 bits");
    if (base == 10 && tv > (max - digit(byte(pos))) / 10) fail("a decimal number above 9223372036854775807");
    tv = tv * base + digit(byte(pos));
    pos = pos + 1;
  }
  if (is_letter(byte(pos)) || is_digit(byte(pos))) { pos = pos + 1; expected("a number without letters behind"); }
  tk = NUMBER;
  return 0;
}

// One character of a string or of a character constant.
int character() {
  int c = byte(pos);
  pos = pos + 1;
  if (c < ' ' && c != '\t') expected("a closing quote in the same line");
  if (c != '\\') return c;
  c = byte(pos);
  pos = pos + 1;
  if (c == 'n') return '\n';
  if (c == 't') return '\t';
  if (c == 'r') return '\r';
  if (c == '0' && !is_digit(byte(pos))) return 0;
  if (has("\\\"'", c)) return c;
  if (c == 'x' && digit(byte(pos)) < 16 && digit(byte(pos + 1)) < 16 && digit(byte(pos + 2)) > 15) {
    pos = pos + 2;
    return digit(byte(pos - 2)) * 16 + digit(byte(pos - 1));
  }
  expected("\\n \\t \\r \\\\ \\\" \\' \\0 or \\x with two digits");
  return 0;
}

int strings() {
  int start = tpos;
  tv = 0;
  while (byte(pos) == '"') {
    pos = pos + 1;
    while (byte(pos) != '"') {
      if (tv >= MAX_STRING - 1) fail("a string of more than 65534 bytes");
      byte(string + tv) = character();
      tv = tv + 1;
    }
    pos = pos + 1;
    int end = pos;
    skip();
    if (byte(pos) != '"') pos = end;
  }
  byte(string + tv) = 0;
  tpos = start;
  tk = STRING;
  return 0;
}

int operator() {
  tk = byte(pos);
  pos = pos + 1;
  if (!has("{}()[];,.?:~+-*/%&|^<>=!", tk)) fail("a character that S does not use");
  int c = byte(pos);
  if (c == '=' && has("+-*/%&|^<>=!", tk) || c == tk && has("+-&|<>", tk) || c == '>' && tk == '-') {
    tk = tk | c << 8;
    pos = pos + 1;
    if ((tk == SHL || tk == SHR) && byte(pos) == '=') { tk = tk | '=' << 16; pos = pos + 1; }
  }
  return 0;
}

// Reads the next token.
int next() {
  skip();
  tpos = pos;
  int c = byte(pos);
  if (c == 0) tk = END;
  else if (is_letter(c)) {
    while (is_letter(byte(pos)) || is_digit(byte(pos))) pos = pos + 1;
    tname = intern(tpos, pos - tpos);
    tk = word(tname + N_KEYWORD);
    if (tk == 0) tk = NAME;
    if (tk == K_NOT_S) fail("a word that S does not have");
  }
  else if (is_digit(c)) number();
  else if (c == '"') strings();
  else if (c == '\'') {
    tk = NUMBER;
    pos = pos + 1;
    if (byte(pos) == '\'') expected("a character between the quotes");
    tv = character();
    if (byte(pos) != '\'') expected("one character between quotes");
    pos = pos + 1;
  }
  else operator();
  return 0;
}

int want(int token, int what) { if (tk != token) expected(what); next(); return 0; }

// ---- Types

enum { MAX_ZERO = 0x40000000 }; // bytes of variables
enum { T_KIND = 0, T_SIZE = 8, T_ALIGN = 16, T_BASE = 24, T_POINTER = 32, T_MEMBERS = 40, T_LENGTH = 48, T_RECORD = 56 };
enum { VOID_, CHAR_, INT_, LONG_, ULONG_, POINTER, ARRAY, STRUCT };
enum { M_NEXT = 0, M_NAME = 8, M_TYPE = 16, M_OFFSET = 24, M_RECORD = 32 };
int t_void; int t_char; int t_int; int t_long; int t_ulong;

int constant();

int new_type(int k, int size, int align, int base) {
  int t = room(T_RECORD);
  word(t + T_KIND) = k;
  word(t + T_SIZE) = size;
  word(t + T_ALIGN) = align;
  word(t + T_BASE) = base;
  return t;
}

int kind(int t) { return word(t + T_KIND); }

// There is one record for each pointer type, so equal types are the same number.
int pointer_to(int t) {
  if (word(t + T_POINTER) == 0) word(t + T_POINTER) = new_type(POINTER, 8, 8, t);
  return word(t + T_POINTER);
}

int size_of(int t) {
  if (word(t + T_SIZE) == 0) expected("a type whose size is known before this");
  return word(t + T_SIZE);
}

int starts_type() { return within(tk, K_VOID, K_STRUCT); }

int base_type() {
  int k = tk;
  if (!starts_type()) expected("a type");
  next();
  if (k == K_VOID) return t_void;
  if (k == K_CHAR) return t_char;
  if (k == K_INT) return t_int;
  if (k == K_LONG) return t_long;
  if (k == K_UNSIGNED) { want(K_LONG, "long (S has unsigned long only)"); return t_ulong; }
  if (tk != NAME) expected("the name of a struct");
  int n = tname;
  next();
  if (word(n + N_STRUCT) == 0) word(n + N_STRUCT) = new_type(STRUCT, 0, 1, 0);
  return word(n + N_STRUCT);
}

int stars(int t) { while (tk == '*') { next(); t = pointer_to(t); } return t; }

// "[length]" behind a name; without a length it is filled in later.
int array_of(int t, int open) {
  int n = 0;
  if (tk != '[') return t;
  next();
  size_of(t);
  if (!open || tk != ']') {
    n = constant();
    if (n < 1 || n > MAX_ZERO || n * size_of(t) > MAX_ZERO) fail("an array needs 1 to 1073741824 bytes");
  }
  want(']', "]");
  if (tk == '[') fail("an array of arrays");
  return new_type(ARRAY, n * size_of(t), word(t + T_ALIGN), t);
}

int round_up(int n, int to) { return (n + to - 1) / to * to; }

int members(int t) {
  int size = 0;
  int last = t + T_MEMBERS;
  if (word(t + T_SIZE)) fail("a struct that is defined twice");
  want('{', "{");
  while (tk != '}') {
    int base = base_type();
    int more = 1;
    while (more) {
      int type = stars(base);
      if (tk != NAME) expected("the name of a member");
      int m = word(t + T_MEMBERS);
      while (m) { if (word(m + M_NAME) == tname) fail("a member that is there already"); m = word(m + M_NEXT); }
      m = room(M_RECORD);
      word(m + M_NAME) = tname;
      next();
      type = array_of(type, 0);
      int align = word(type + T_ALIGN);
      size = round_up(size, align);
      word(m + M_TYPE) = type;
      word(m + M_OFFSET) = size;
      size = size + size_of(type);
      if (size > MAX_ZERO) fail("a struct of more than 1073741824 bytes");
      if (align > word(t + T_ALIGN)) word(t + T_ALIGN) = align;
      word(last) = m;
      last = m + M_NEXT;
      more = tk == ',';
      if (more) next();
    }
    want(';', "; behind a member");
  }
  if (size == 0) expected("a member");
  word(t + T_SIZE) = round_up(size, word(t + T_ALIGN));
  next();
  return 0;
}

// ---- Symbols: what names mean here

enum { S_KIND = 0, S_TYPE = 8, S_VALUE = 16, S_NAME = 24, S_OUTER = 32, S_PREVIOUS = 40, S_DEPTH = 48, S_POS = 56, S_PARAMS = 64,
  S_COUNT = 72, S_CALLS = 80, S_RECORD = 88 };
enum { CONSTANT = 1, LOCAL, GLOBAL, FUNCTION };
enum { P_NEXT = 0, P_TYPE = 8, P_NAME = 16, P_RECORD = 24 };
int latest; // the latest local symbol
int depth; // of blocks; 0 is global
int functions; // all of them, by S_PREVIOUS

int declare(int name, int k, int type, int value) {
  int outer = word(name + N_SYMBOL);
  if (outer) { if (word(outer + S_DEPTH) == depth) fail("a name that is declared already"); }
  int s = room(S_RECORD);
  word(s + S_KIND) = k;
  word(s + S_TYPE) = type;
  word(s + S_VALUE) = value;
  word(s + S_NAME) = name;
  word(s + S_OUTER) = outer;
  word(s + S_DEPTH) = depth;
  word(s + S_POS) = tpos;
  if (depth) { word(s + S_PREVIOUS) = latest; latest = s; }
  else if (k == FUNCTION) { word(s + S_PREVIOUS) = functions; functions = s; }
  word(name + N_SYMBOL) = s;
  return s;
}

// The names of blocks that end mean what they meant before.
int forget(int until) {
  while (latest != until) {
    word(word(latest + S_NAME) + N_SYMBOL) = word(latest + S_OUTER);
    latest = word(latest + S_PREVIOUS);
  }
  return 0;
}

// ---- Machine code

// Where things are when the program runs: code with the ELF header, strings, data, and what is zero at first.
enum { CODE_AT = 0x400000, STRINGS_AT = 0x1000000, DATA_AT = 0x2000000, ZERO_AT = 0x2800000, HEADER = 232,
  MAX_CODE = 0x800000, MAX_STRINGS = 0x400000, MAX_DATA = 0x800000 };
int code; int strings_; int data; int strings_end; int data_end; int zero_end;

int put(int b) {
  if (here >= code + MAX_CODE) fail("more than 8 MB of machine code");
  byte(here) = b;
  here = here + 1;
  return 0;
}

int put_to(int p, int v, int n) { while (n) { byte(p) = v; v = v >> 8; p = p + 1; n = n - 1; } return 0; }
int put4(int v) { put(v); put(v >> 8); put(v >> 16); put(v >> 24); return 0; }

// Bytes in hexadecimal.
int emit(int s) {
  while (byte(s)) {
    if (byte(s) == ' ') s = s + 1;
    else { put(digit(byte(s)) * 16 + digit(byte(s + 1))); s = s + 2; }
  }
  return 0;
}

// A jump is known by where it ends, 0 is no jump. patch: it goes to here. jump: it goes to "to", if that is known.
int patch(int jump) { if (jump) put_to(jump - 4, here - jump, 4); return 0; }
int jump(int to) { put(0xe9); put4(to - here - 4); return here; }
int jump_on(int cc) { put(0x0f); put(0x80 + cc); put4(0); return here; }

// Lists of jumps that go to the same place, which comes later.
enum { J_NEXT = 0, J_JUMP = 8, J_RECORD = 16 };
int add_jump(int list) {
  int j = room(J_RECORD);
  word(j + J_NEXT) = word(list);
  word(j + J_JUMP) = jump(here);
  word(list) = j;
  return 0;
}
int patch_all(int j) { while (j) { patch(word(j + J_JUMP)); j = word(j + J_NEXT); } return 0; }

// ---- Values

// What an expression is, before any code is made for its use:
//   VALUE in rax - LITERAL xv - in memory: ON_STACK at rbp + xv, AT_ADDRESS xv, POINTED at register xr + xv -
//   FLAGS: 0 or 1, by condition xv - NARROW: in rax, to be cut to its type
enum { VALUE, LITERAL, ON_STACK, AT_ADDRESS, POINTED, FLAGS, NARROW };
int xk; int xv; int xt; int xr;
enum { RAX = 0, RCX = 1, RSI = 6 };

int set(int k, int v, int t) { xk = k; xv = v; xt = t; xr = RAX; return 0; }

int is_pointer(int t) { return kind(t) == POINTER || kind(t) == ARRAY; }
int is_unsigned(int t) { return kind(t) == ULONG_ || is_pointer(t); }
int is_literal() { return xk == LITERAL && !is_pointer(xt); }
int in_memory() { return within(xk, ON_STACK, POINTED); }
int fits(int v, int bits) { return v >> bits - 1 == 0 || v >> bits - 1 == -1; }

// The second half of an instruction: register r and what is in memory.
int operand(int r) {
  r = r << 3;
  if (xk == AT_ADDRESS) { put(0x04 | r); put(0x25); put4(xv); return 0; }
  int base = xr;
  if (xk == ON_STACK) base = 5;
  if (xv == 0 && base != 5) put(r | base);
  else if (fits(xv, 8)) { put(0x40 | r | base); put(xv); }
  else { put(0x80 | r | base); put4(xv); }
  return 0;
}

int load_literal(int r, int v) {
  if (v >> 32 == 0) { put(0xb8 + r); put4(v); }
  else if (fits(v, 32)) { emit("48 c7"); put(0xc0 + r); put4(v); }
  else { put(0x48); put(0xb8 + r); put4(v); put4(v >> 32); }
  return 0;
}

// rax is cut to type t and extended.
int cut(int t) {
  if (kind(t) == CHAR_) emit("0f b6 c0");
  if (kind(t) == INT_) emit("48 63 c0");
  return 0;
}

// Brings the expression into register r; FLAGS and NARROW only into rax.
int load_into(int r) {
  int k = kind(xt);
  if (k == ARRAY) {
    xt = pointer_to(word(xt + T_BASE));
    if (xk == AT_ADDRESS) xk = LITERAL;
    else { emit("48 8d"); operand(r); xk = VALUE; }
  }
  if (k == STRUCT || k == VOID_) expected("a number or pointer before this");
  if (xk == LITERAL) load_literal(r, xv);
  else if (xk == FLAGS) { put(0x0f); put(0x90 + xv); put(0xc0); emit("0f b6 c0"); }
  else if (xk == NARROW) cut(xt);
  else if (in_memory()) {
    if (k == CHAR_) emit("0f b6");
    else if (k == INT_) emit("48 63");
    else emit("48 8b");
    operand(r);
  }
  xk = VALUE;
  return 0;
}

int load() { return load_into(RAX); }

int load_rcx() {
  if (xk == LITERAL || in_memory()) load_into(RCX);
  else { load(); emit("48 89 c1"); }
  return 0;
}

// Stores register r into what is in memory.
int store(int r) {
  int k = kind(xt);
  if (k == CHAR_) put(0x88);
  else if (k == INT_) put(0x89);
  else emit("48 89");
  operand(r);
  return 0;
}

int want_place() {
  if (!in_memory()) expected("something that can be assigned before this");
  if (within(kind(xt), ARRAY, STRUCT) || kind(xt) == VOID_) expected("a number or pointer before this");
  return 0;
}

int extend_int(int v) { return (v & 0xffffffff ^ 0x80000000) - 0x80000000; }

// The expression becomes one of type t.
int convert(int t) {
  if (kind(t) == VOID_) { set(VALUE, 0, t); return 0; }
  if (kind(t) == STRUCT) expected("a number or pointer type");
  if (is_literal()) {
    if (kind(t) == CHAR_) xv = xv & 255;
    if (kind(t) == INT_) xv = extend_int(xv);
  }
  else {
    load();
    if (kind(t) != kind(xt)) cut(t);
  }
  xt = t;
  return 0;
}

// A jump that is taken if the expression is true (on = 1) or false (on = 0); 0 if it never is.
int jump_if(int on) {
  if (is_literal()) {
    if ((xv != 0) != on) return 0;
    return jump(here);
  }
  if (xk != FLAGS) { load(); emit("48 85 c0"); xv = 5; }
  return jump_on(xv ^ !on);
}

// ---- Operators

int level(int op) {
  if (op == OROR) return 1;
  if (op == ANDAND) return 2;
  if (op == '|') return 3;
  if (op == '^') return 4;
  if (op == '&') return 5;
  if (op == EQ || op == NE) return 6;
  if (op == '<' || op == '>' || op == LE || op == GE) return 7;
  if (op == SHL || op == SHR) return 8;
  if (op == '+' || op == '-') return 9;
  if (op == '*' || op == '/' || op == '%') return 10;
  return 0;
}

// The operator of "+=" and its like, or 0.
int assigning(int op) {
  if (op == LE || op == GE || op == EQ || op == NE) return 0;
  if (op >> 16 == '=') return op & 0xffff;
  if (op >> 8 == '=') return op & 255;
  return 0;
}

// The condition for a jump or a set instruction.
int condition(int op, int uns) {
  if (op == EQ) return 4;
  if (op == NE) return 5;
  if (uns) { if (op == '<') return 2; if (op == GE) return 3; if (op == LE) return 6; return 7; }
  if (op == '<') return 12;
  if (op == GE) return 13;
  if (op == LE) return 14;
  return 15;
}

int below(int a, int b) { if ((a < 0) == (b < 0)) return a < b; return b < 0; }

// Unsigned division, bit by bit: T has the signed one only.
int divide(int a, int b, int rest) {
  int q = 0;
  int r = 0;
  int bit = 64;
  while (bit) {
    bit = bit - 1;
    int carry = r < 0;
    r = r << 1 | a >> bit & 1;
    q = q << 1;
    if (carry || !below(r, b)) { r = r - b; q = q | 1; }
  }
  if (rest) return r;
  return q;
}

int fold(int op, int a, int b, int uns, int uns_left) {
  if (op == '|') return a | b;
  if (op == '^') return a ^ b;
  if (op == '&') return a & b;
  if (op == EQ) return a == b;
  if (op == NE) return a != b;
  if (op == '+') return a + b;
  if (op == '-') return a - b;
  if (op == '*') return a * b;
  if (op == SHL) return a << b;
  if (op == SHR) {
    b = b & 63;
    if (uns_left && b) { int mask = 1; mask = (mask << 64 - b) - 1; return a >> b & mask; }
    return a >> b;
  }
  if (op == '/' || op == '%') {
    if (b == 0) fail("a division by zero");
    if (uns) return divide(a, b, op == '%');
    if (b == -1) { if (op == '/') return -a; return 0; }
    if (op == '/') return a / b;
    return a % b;
  }
  if (uns) {
    if (op == '<') return below(a, b);
    if (op == '>') return below(b, a);
    if (op == LE) return !below(b, a);
    return !below(a, b);
  }
  if (op == '<') return a < b;
  if (op == '>') return a > b;
  if (op == LE) return a <= b;
  return a >= b;
}

// rax or rcx is multiplied by the size of what t points to.
int scale(int t, int instruction) {
  int size = size_of(word(t + T_BASE));
  if (size != 1) { emit(instruction); put4(size); }
  return 0;
}

int arithmetic_type(int a, int b) { if (is_unsigned(a) || is_unsigned(b)) return t_ulong; return t_long; }

// left (in rax, of type lt) op right (in rcx, of type rt)
int operate(int op, int lt, int rt) {
  int uns = is_unsigned(lt) || is_unsigned(rt);
  int t = arithmetic_type(lt, rt);
  int l = level(op);
  if (l == 6 || l == 7) { emit("48 39 c8"); set(FLAGS, condition(op, uns), t_long); return 0; }
  if (op == '+') {
    if (is_pointer(lt) && is_pointer(rt)) expected("a number on one side of +");
    if (is_pointer(lt)) { scale(lt, "48 69 c9"); t = lt; }
    if (is_pointer(rt)) { scale(rt, "48 69 c0"); t = rt; }
    emit("48 01 c8");
  }
  else if (op == '-') {
    if (is_pointer(rt) && !is_pointer(lt)) expected("a pointer on the left of -");
    if (is_pointer(lt) && !is_pointer(rt)) { scale(lt, "48 69 c9"); t = lt; }
    emit("48 29 c8");
    if (is_pointer(rt)) {
      if (size_of(word(lt + T_BASE)) != size_of(word(rt + T_BASE))) expected("pointers of one type");
      t = t_long;
      if (size_of(word(lt + T_BASE)) != 1) { scale(lt, "48 c7 c1"); emit("48 99 48 f7 f9"); }
    }
  }
  else {
    if (is_pointer(lt) || is_pointer(rt)) expected("numbers on both sides of the operator before this");
    if (op == '*') emit("48 0f af c1");
    else if (op == '&') emit("48 21 c8");
    else if (op == '|') emit("48 09 c8");
    else if (op == '^') emit("48 31 c8");
    else if (l == 8) {
      t = arithmetic_type(lt, lt);
      if (op == SHL) emit("48 d3 e0");
      else if (is_unsigned(lt)) emit("48 d3 e8");
      else emit("48 d3 f8");
    }
    else {
      if (uns) emit("31 d2 48 f7 f1");
      else emit("48 99 48 f7 f9");
      if (op == '%') emit("48 89 d0");
    }
  }
  set(VALUE, 0, t);
  return 0;
}

// ---- Expressions

int nesting; // so that a deep text is an error and not a crash
enum { MAX_NESTING = 2000 };

int expression();
int unary();
int deeper() { nesting = nesting + 1; if (nesting > MAX_NESTING) fail("more than 2000 levels within each other"); return 0; }

// rax goes to the stack until the right side is there. "pushed" is where that began: nothing was made since, if it is not needed.
int push() { put(0x50); return here; }
int simple(int pushed) { return here == pushed && (xk == LITERAL || in_memory() && xk != POINTED); }

int right_side(int pushed) {
  if (simple(pushed)) { here = here - 1; load_rcx(); }
  else { load_rcx(); put(0x58); }
  return 0;
}

int binary(int least);

// && and ||: the right side is left out if the left one decides.
int logical(int op, int l) {
  int start = here;
  int was_literal = is_literal();
  int left = xv;
  int or = op == OROR;
  int decided = jump_if(or);
  next();
  binary(l);
  if (was_literal && is_literal()) {
    here = start;
    if (or) set(LITERAL, left || xv, t_int); else set(LITERAL, left && xv, t_int);
    return 0;
  }
  if (xk != FLAGS) { load(); emit("48 85 c0"); xv = 5; }
  set(FLAGS, xv, t_int);
  load();
  emit("eb 05");
  patch(decided);
  put(0xb8); put4(or);
  set(VALUE, 0, t_int);
  return 0;
}

// Operators that bind more strongly than "least", with their operands.
int binary(int least) {
  unary();
  int l = level(tk);
  while (l > least) {
    int op = tk;
    if (l < 3) logical(op, l);
    else {
      int left = xv;
      int lt;
      next();
      if (is_literal()) {
        lt = xt;
        binary(l);
        if (is_literal()) {
          left = fold(op, left, xv, is_unsigned(lt) || is_unsigned(xt), is_unsigned(lt));
          if (l == 6 || l == 7) lt = t_int;
          else if (l == 8) lt = arithmetic_type(lt, lt);
          else lt = arithmetic_type(lt, xt);
          set(LITERAL, left, lt);
        }
        else {
          load_rcx();
          load_literal(RAX, left);
          operate(op, lt, xt);
        }
      }
      else {
        load();
        lt = xt;
        int pushed = push();
        binary(l);
        right_side(pushed);
        operate(op, lt, xt);
      }
    }
    l = level(tk);
  }
  return 0;
}

int merge_types(int a, int b) {
  if (kind(a) == POINTER) return a;
  if (kind(b) == POINTER) return b;
  if (kind(a) == VOID_ && kind(b) == VOID_) return a;
  return arithmetic_type(a, b);
}

int conditional() {
  deeper();
  binary(0);
  if (tk == '?') {
    int start = here;
    int literals = is_literal();
    int chosen = xv;
    int otherwise = jump_if(0);
    next();
    expression();
    literals = literals && is_literal();
    int first = xv;
    if (kind(xt) != VOID_) load();
    int t = xt;
    int end = jump(here);
    patch(otherwise);
    want(':', ":");
    conditional();
    literals = literals && is_literal();
    int second = xv;
    if (kind(xt) != VOID_) load();
    t = merge_types(t, xt);
    patch(end);
    set(VALUE, 0, t);
    if (literals) {
      here = start;
      if (chosen) set(LITERAL, first, t);
      else set(LITERAL, second, t);
    }
  }
  nesting = nesting - 1;
  return 0;
}

// The place k, v, t is assigned; for a POINTED one its address is in rax. op is 0 for "=", else that of "+=" and its like.
int assign(int op) {
  want_place();
  int k = xk;
  int v = xv;
  int t = xt;
  int pushed = here;
  if (k == POINTED) pushed = push();
  next();
  expression();
  if (op) {
    int easy = simple(pushed);
    if (k == POINTED && easy) { here = here - 1; emit("48 89 c6"); }
    load_rcx();
    if (k == POINTED && !easy) put(0x5e);
    int rt = xt;
    set(k, v, t);
    xr = RSI;
    load();
    operate(op, t, rt);
    set(k, v, t);
    xr = RSI;
    store(RAX);
  }
  else if (k == POINTED && simple(pushed)) {
    here = here - 1;
    load_rcx();
    set(k, v, t);
    store(RCX);
    emit("48 89 c8");
  }
  else {
    load();
    if (k == POINTED) put(0x59);
    set(k, v, t);
    xr = RCX;
    store(RAX);
  }
  set(NARROW, 0, t);
  return 0;
}

// S has no comma operator: this is all of an expression.
int expression() {
  conditional();
  if (tk == '=') assign(0);
  else if (assigning(tk)) assign(assigning(tk));
  return 0;
}

// ++ and --; the value is the one before (post = 1) or after.
int step(int op, int post) {
  want_place();
  int v = xv;
  int k = xk;
  int t = xt;
  int by = 1;
  if (kind(t) == POINTER) by = size_of(word(t + T_BASE));
  if (op == MINUSMINUS) by = -by;
  if (k == POINTED) { emit("48 89 c6"); xr = RSI; }
  load();
  if (post) { emit("48 8d 88"); put4(by); }
  else { emit("48 05"); put4(by); }
  set(k, v, t);
  xr = RSI;
  store(post);
  if (post) set(VALUE, 0, t);
  else set(NARROW, 0, t);
  return 0;
}

int call(int s) {
  int n = 0;
  int p = word(s + S_PARAMS);
  want('(', "( behind a function's name");
  while (tk != ')') {
    if (p == 0) expected(") as the function has no more parameters");
    expression();
    load();
    put(0x50);
    p = word(p + P_NEXT);
    n = n + 1;
    if (tk != ')') want(',', ", or ) behind an argument");
    else if (p) expected("more arguments");
  }
  if (p) expected("more arguments");
  next();
  if (word(s + S_VALUE)) { put(0xe8); put4(word(s + S_VALUE) - here - 4); }
  else {
    // Until its address is known, a call holds where the call before it is.
    put(0xe8);
    put4(word(s + S_CALLS));
    word(s + S_CALLS) = here - code;
  }
  if (n) { emit("48 81 c4"); put4(8 * n); }
  set(VALUE, 0, word(s + S_TYPE));
  return 0;
}

int add_string() {
  int at = strings_end;
  if (at + tv + 1 > strings_ + MAX_STRINGS) fail("more than 4 MB of strings");
  int i = 0;
  while (i <= tv) { byte(at + i) = byte(string + i); i = i + 1; }
  strings_end = at + tv + 1;
  return at - strings_ + STRINGS_AT;
}

int primary() {
  if (tk == NUMBER) {
    int t = t_long;
    if (tv < 0) t = t_ulong;
    set(LITERAL, tv, t);
    next();
  }
  else if (tk == STRING) { set(LITERAL, add_string(), pointer_to(t_char)); next(); }
  else if (tk == '(') { next(); expression(); want(')', ")"); }
  else if (tk == NAME) {
    int s = word(tname + N_SYMBOL);
    if (s == 0) expected("a name that is declared");
    int k = word(s + S_KIND);
    next();
    if (k == FUNCTION) call(s);
    else if (k == CONSTANT) set(LITERAL, word(s + S_VALUE), t_int);
    else if (k == LOCAL) set(ON_STACK, word(s + S_VALUE), word(s + S_TYPE));
    else set(AT_ADDRESS, word(s + S_VALUE), word(s + S_TYPE));
  }
  else expected("an expression");
  return 0;
}

// The expression, a pointer, becomes what it points to.
int follow() {
  load();
  if (kind(xt) != POINTER) expected("a pointer before this");
  set(POINTED, 0, word(xt + T_BASE));
  return 0;
}

int index() {
  next();
  if (!is_pointer(xt)) expected("a pointer or an array before [");
  if (xk == LITERAL) { load(); }
  int k = xk; int v = xv; int t = xt;
  int element = word(t + T_BASE);
  int start = here;
  load();
  int loaded = here;
  int pushed = push();
  expression();
  if (is_pointer(xt)) expected("a number as index");
  if (is_literal() && here == pushed && fits(xv, 31) && fits(xv * size_of(element) + v, 31)) {
    int offset = xv * size_of(element);
    if (kind(t) == ARRAY) { here = start; set(k, v + offset, element); }
    else { here = loaded; set(POINTED, offset, element); }
  }
  else {
    right_side(pushed);
    operate('+', pointer_to(element), xt);
    set(POINTED, 0, element);
  }
  want(']', "]");
  return 0;
}

int member() {
  if (kind(xt) != STRUCT || !in_memory()) expected("a struct before this");
  next();
  if (tk != NAME) expected("the name of a member");
  int m = word(xt + T_MEMBERS);
  while (m && word(m + M_NAME) != tname) m = word(m + M_NEXT);
  if (m == 0) expected("a member of the struct");
  xv = xv + word(m + M_OFFSET);
  xt = word(m + M_TYPE);
  next();
  return 0;
}

int postfix() {
  primary();
  int more = 1;
  while (more) {
    if (tk == '[') index();
    else if (tk == '.') member();
    else if (tk == ARROW) { follow(); member(); }
    else if (tk == PLUSPLUS || tk == MINUSMINUS) { step(tk, 1); next(); }
    else more = 0;
  }
  return 0;
}

int address() {
  if (!in_memory()) expected("something in memory before this");
  if (xk == AT_ADDRESS) xk = LITERAL;
  else {
    if (xk != POINTED || xv) { emit("48 8d"); operand(RAX); }
    xk = VALUE;
  }
  xt = pointer_to(xt);
  return 0;
}

int type_name() { int t = stars(base_type()); want(')', ")"); return t; }

int unary_number(int op) {
  unary();
  if (is_pointer(xt)) expected("a number before this");
  int lit = is_literal();
  if (!lit) load();
  if (op == '-') { if (lit) xv = -xv; else emit("48 f7 d8"); }
  else { if (lit) xv = -1 - xv; else emit("48 f7 d0"); }
  xt = arithmetic_type(xt, xt);
  return 0;
}

int not() {
  unary();
  if (is_literal()) set(LITERAL, !xv, t_int);
  else if (xk == FLAGS) xv = xv ^ 1;
  else { load(); emit("48 85 c0"); set(FLAGS, 4, t_int); }
  return 0;
}

int unary() {
  int op = tk;
  deeper();
  if (op == '-' || op == '~') { next(); unary_number(op); }
  else if (op == '!') { next(); not(); }
  else if (op == '*') { next(); unary(); follow(); }
  else if (op == '&') { next(); unary(); address(); }
  else if (op == PLUSPLUS || op == MINUSMINUS) { next(); unary(); step(op, 0); }
  else if (op == K_SIZEOF) {
    next();
    want('(', "(");
    int t = type_name();
    set(LITERAL, size_of(t), t_ulong);
  }
  else if (op == '(') {
    int start = pos;
    next();
    if (starts_type()) { int cast = type_name(); unary(); convert(cast); }
    else { pos = start; tk = '('; postfix(); }
  }
  else postfix();
  nesting = nesting - 1;
  return 0;
}

// An integer that is known now.
int constant() {
  int start = here;
  conditional();
  if (!is_literal() || here != start) expected("a constant before this");
  return xv;
}

// ---- Statements

int frame; int frame_max; // bytes of locals now, and at most
int result; // the type of the function's result
int breaks; int continues; // places that hold a list of jumps; 0 outside of loops
int cases; int default_; int in_switch;
enum { C_NEXT = 0, C_VALUE = 8, C_TO = 16, C_RECORD = 24 };

int statement();

int local() {
  int base = base_type();
  int t = stars(base);
  if (tk != NAME) expected("the name of a variable");
  int name = tname;
  next();
  t = array_of(t, 0);
  frame = frame + round_up(size_of(t), 8);
  if (frame > 0x20000000) fail("more than 536870912 bytes of locals");
  if (frame > frame_max) frame_max = frame;
  int s = declare(name, LOCAL, t, -frame);
  if (tk == '=') {
    set(ON_STACK, word(s + S_VALUE), t);
    assign(0);
  }
  want(';', "; behind a declaration (one variable each)");
  return 0;
}

int block() {
  int outer = latest;
  int outer_frame = frame;
  depth = depth + 1;
  next();
  while (tk != '}') {
    if (tk == END) expected("}");
    if (starts_type()) local();
    else statement();
  }
  next();
  depth = depth - 1;
  frame = outer_frame;
  forget(outer);
  return 0;
}

int parenthesis() { want('(', "("); expression(); want(')', ")"); return 0; }

// The body of a loop: break and continue in it are jumps of new lists.
int body(int break_list, int continue_list) {
  int b = breaks;
  int c = continues;
  breaks = break_list;
  if (continue_list) continues = continue_list;
  statement();
  breaks = b;
  continues = c;
  return 0;
}

int if_() {
  parenthesis();
  int otherwise = jump_if(0);
  statement();
  if (tk == K_ELSE) {
    next();
    int end = jump(here);
    patch(otherwise);
    statement();
    patch(end);
  }
  else patch(otherwise);
  return 0;
}

int while_() {
  int start = here;
  int list = room(16);
  parenthesis();
  int end = jump_if(0);
  body(list, list + 8);
  patch_all(word(list + 8));
  jump(start);
  patch(end);
  patch_all(word(list));
  return 0;
}

int do_() {
  int start = here;
  int list = room(16);
  body(list, list + 8);
  if (tk != K_WHILE) expected("while behind the body of do");
  next();
  patch_all(word(list + 8));
  parenthesis();
  int again = jump_if(1);
  if (again) put_to(again - 4, start - again, 4);
  patch_all(word(list));
  want(';', ";");
  return 0;
}

int for_() {
  int list = room(16);
  int end = 0;
  want('(', "(");
  if (tk != ';') expression();
  want(';', ";");
  int test = here;
  if (tk != ';') { expression(); end = jump_if(0); }
  want(';', ";");
  int to_body = jump(here);
  int next_one = here;
  if (tk != ')') expression();
  want(')', ")");
  jump(test);
  patch(to_body);
  body(list, list + 8);
  patch_all(word(list + 8));
  jump(next_one);
  patch(end);
  patch_all(word(list));
  return 0;
}

// The value is in rax. The cases are compared behind the body, when all are known.
int switch_() {
  int list = room(8);
  int outer_cases = cases;
  int outer_default = default_;
  int outer_switch = in_switch;
  parenthesis();
  if (is_pointer(xt)) expected("a number before this");
  load();
  int choose = jump(here);
  cases = 0;
  default_ = 0;
  in_switch = 1;
  body(list, 0);
  int end = jump(here);
  patch(choose);
  while (cases) {
    if (fits(word(cases + C_VALUE), 32)) { emit("48 3d"); put4(word(cases + C_VALUE)); }
    else { load_literal(RCX, word(cases + C_VALUE)); emit("48 39 c8"); }
    int found = jump_on(4);
    put_to(found - 4, word(cases + C_TO) - found, 4);
    cases = word(cases + C_NEXT);
  }
  if (default_) jump(default_);
  patch(end);
  patch_all(word(list));
  cases = outer_cases;
  default_ = outer_default;
  in_switch = outer_switch;
  return 0;
}

int case_() {
  if (!in_switch) fail("a case outside of switch");
  int v = constant();
  int c = cases;
  while (c) { if (word(c + C_VALUE) == v) fail("a case that is there already"); c = word(c + C_NEXT); }
  c = room(C_RECORD);
  word(c + C_VALUE) = v;
  word(c + C_TO) = here;
  word(c + C_NEXT) = cases;
  cases = c;
  want(':', ": behind a case");
  return 0;
}

int return_() {
  if (tk == ';') { if (kind(result) != VOID_) expected("the value of the result"); }
  else {
    if (kind(result) == VOID_) expected("; as the function has no result");
    expression();
    convert(result);
    load();
  }
  emit("c9 c3");
  want(';', ";");
  return 0;
}

int statement() {
  int k = tk;
  deeper();
  if (k == '{') block();
  else if (k == ';') next();
  else if (!within(k, K_IF, K_RETURN)) { expression(); want(';', ";"); }
  else {
    next();
    if (k == K_IF) if_();
    else if (k == K_WHILE) while_();
    else if (k == K_FOR) for_();
    else if (k == K_DO) do_();
    else if (k == K_SWITCH) switch_();
    else if (k == K_RETURN) return_();
    else if (k == K_CASE) { case_(); statement(); }
    else if (k == K_DEFAULT) {
      if (!in_switch || default_) fail("a default that does not belong to a switch, or is the second one");
      want(':', ": behind default");
      default_ = here;
      statement();
    }
    else if (k == K_BREAK) { if (!breaks) fail("a break outside of a loop or switch"); add_jump(breaks); want(';', ";"); }
    else if (k == K_CONTINUE) { if (!continues) fail("a continue outside of a loop"); add_jump(continues); want(';', ";"); }
    else expected("if before else");
  }
  nesting = nesting - 1;
  return 0;
}

// ---- Declarations

int enumerators() {
  int v = 0;
  next();
  want('{', "{ behind enum");
  int more = 1;
  while (more) {
    if (tk != NAME) expected("the name of a constant");
    int name = tname;
    next();
    if (tk == '=') { next(); v = constant(); }
    declare(name, CONSTANT, t_int, v);
    v = v + 1;
    if (tk == ',') next();
    else if (tk != '}') expected(", or }");
    more = tk != '}';
  }
  next();
  want(';', ";");
  return 0;
}

int data_room(int n) {
  if (data_end + n > data + MAX_DATA) fail("more than 8 MB of data");
  data_end = data_end + n;
  return data_end - n;
}

// The initial value of one number or pointer, at p.
int initial(int t, int p) {
  int start = here;
  conditional();
  if (xk == AT_ADDRESS && kind(xt) == ARRAY) { xk = LITERAL; xt = pointer_to(word(xt + T_BASE)); }
  if (xk != LITERAL || here != start) expected("a constant or a string before this");
  if (is_pointer(xt) && kind(t) != POINTER) expected("a number before this");
  if (kind(t) == STRUCT) expected("a variable without initial value");
  put_to(p, xv, size_of(t));
  return 0;
}

// An array's initial value; its length, if it is not given, comes from it.
int initial_array(int t) {
  int element = word(t + T_BASE);
  int size = size_of(element);
  int most = word(t + T_SIZE) / size;
  int n = 0;
  int p = data_end;
  if (word(t + T_SIZE)) data_room(word(t + T_SIZE));
  if (tk == STRING && kind(element) == CHAR_) {
    n = tv + 1;
    if (most && n > most) n = tv;
    if (most && n > most) expected("a shorter string");
    if (!most) data_room(n);
    int i = 0;
    while (i < n) { byte(p + i) = byte(string + i); i = i + 1; }
    next();
  }
  else {
    want('{', "{ or a string");
    while (tk != '}') {
      if (most && n == most) expected("} as the array is full");
      if (!most) data_room(size);
      initial(element, p + n * size);
      n = n + 1;
      if (tk == ',') next();
      else if (tk != '}') expected(", or }");
    }
    next();
    if (n == 0) fail("an empty list");
  }
  if (!most) word(t + T_SIZE) = n * size;
  return 0;
}

int variable(int name, int t) {
  int s = declare(name, GLOBAL, t, 0);
  t = array_of(t, 1);
  word(s + S_TYPE) = t;
  if (tk == '=') {
    next();
    data_end = data + round_up(data_end - data, 8);
    word(s + S_VALUE) = data_end - data + DATA_AT;
    if (kind(t) == ARRAY) initial_array(t);
    else { size_of(t); initial(t, data_room(size_of(t))); }
  }
  else {
    size_of(t);
    word(s + S_VALUE) = ZERO_AT + zero_end;
    zero_end = round_up(zero_end + size_of(t), 8);
    if (zero_end > MAX_ZERO) fail("more than 1073741824 bytes of variables");
  }
  want(';', "; behind a declaration (one variable each)");
  return 0;
}

// The parameters: a list of records; how many there are is in params_count.
int params_count;
int parameters() {
  int list = room(8);
  int last = list;
  params_count = 0;
  next();
  int more = tk != ')';
  while (more) {
    int t = stars(base_type());
    if (t == t_void && params_count == 0 && tk == ')') more = 0;
    else {
      if (kind(t) == VOID_ || kind(t) == STRUCT) expected("a number or pointer as parameter");
      int p = room(P_RECORD);
      word(p + P_TYPE) = t;
      if (tk == NAME) { word(p + P_NAME) = tname; next(); }
      word(last) = p;
      last = p + P_NEXT;
      params_count = params_count + 1;
      more = tk == ',';
      if (more) next();
    }
  }
  want(')', ", or ) behind a parameter");
  return word(list);
}

int same_params(int a, int b) {
  while (a && b) { if (word(a + P_TYPE) != word(b + P_TYPE)) return 0; a = word(a + P_NEXT); b = word(b + P_NEXT); }
  return a == b;
}

// A function has its address now: the calls that were made before are completed.
int is_here(int s) {
  word(s + S_VALUE) = here;
  int at = word(s + S_CALLS);
  while (at) {
    int end = code + at;
    at = byte(end - 4) | byte(end - 3) << 8 | byte(end - 2) << 16 | byte(end - 1) << 24;
    patch(end);
  }
  return 0;
}

int function_body(int s, int p, int count) {
  int offset = 8 + 8 * count;
  depth = 1;
  while (p) {
    if (word(p + P_NAME) == 0) expected("names for all parameters before this");
    declare(word(p + P_NAME), LOCAL, word(p + P_TYPE), offset);
    offset = offset - 8;
    p = word(p + P_NEXT);
  }
  is_here(s);
  emit("55 48 89 e5 48 81 ec 00 00 00 00");
  int frame_at = here - 4;
  frame = 0;
  frame_max = 0;
  result = word(s + S_TYPE);
  depth = 0;
  block();
  emit("31 c0 c9 c3");
  put_to(frame_at, frame_max, 4);
  forget(0);
  return 0;
}

int function(int name, int t) {
  int s = word(name + N_SYMBOL);
  if (kind(t) == STRUCT) expected("a function without a struct as result");
  int at = tpos;
  int list = parameters();
  if (s) {
    if (word(s + S_KIND) != FUNCTION) fail("a name that is declared already");
    if (word(s + S_TYPE) != t || !same_params(word(s + S_PARAMS), list)) fail("a function that differs from its prototype");
  }
  else {
    int met_at = tpos;
    tpos = at;
    s = declare(name, FUNCTION, t, 0);
    tpos = met_at;
    word(s + S_PARAMS) = list;
  }
  if (tk == ';') { next(); return 0; }
  if (tk != '{') expected("; or { behind a function's parameters");
  if (word(s + S_VALUE)) fail("a function that is there already");
  return function_body(s, list, params_count);
}

int declaration() {
  if (tk == K_ENUM) return enumerators();
  int t = base_type();
  if (kind(t) == STRUCT && tk == '{') { members(t); want(';', "; behind a struct"); return 0; }
  if (kind(t) == STRUCT && tk == ';') { next(); return 0; }
  t = stars(t);
  if (tk != NAME) expected("the name of a variable or function");
  int name = tname;
  next();
  if (tk == '(') return function(name, t);
  return variable(name, t);
}

// ---- The program's file

int given(int name, int length, int count, int type, int t1, int t2) {
  int s = declare(intern(name, length), FUNCTION, type, 0);
  int list = s + S_PARAMS;
  while (count) {
    int p = room(P_RECORD);
    word(p + P_TYPE) = t1;
    t1 = t2;
    word(list) = p;
    list = p + P_NEXT;
    count = count - 1;
  }
  return s;
}

// The program begins with a call of main; behind it is syscall.
int prologue() {
  here = code + HEADER;
  int main_ = given("main", 4, 2, t_int, t_int, pointer_to(pointer_to(t_char)));
  emit("48 89 e0 ff 30 48 83 c0 08 50 e8 00 00 00 00");
  word(main_ + S_CALLS) = here - code;
  emit("89 c7 b8 3c 00 00 00 0f 05");
  is_here(given("syscall", 7, 4, t_long, t_long, t_long));
  emit("48 8b 54 24 08 48 8b 74 24 10 48 8b 7c 24 18 48 8b 44 24 20 0f 05 c3");
  return 0;
}

int header_at;
int header(int v, int n) { put_to(header_at, v, n); header_at = header_at + n; return 0; }

int segment(int flags, int offset, int address, int size, int memory) {
  header(1, 4); header(flags, 4); header(offset, 8); header(address, 8); header(address, 8);
  header(size, 8); header(memory, 8); header(4096, 8);
  return 0;
}

int write_all(int fd, int p, int n, int name) {
  if (sys(1, fd, p, n) != n) { print(name); print(": cannot be written\n"); exit(1); }
  return 0;
}

// Three segments, each from a new page on; the pages between are filled with zeros.
int write_program(int name) {
  int code_size = here - code;
  int strings_size = strings_end - strings_;
  int data_size = data_end - data;
  int strings_offset = round_up(code_size, 4096);
  int data_offset = strings_offset + round_up(strings_size, 4096);
  header_at = code;
  header(0x464c457f, 4); header(0x010102, 4); header(0, 8);
  header(2, 2); header(62, 2); header(1, 4); header(CODE_AT + HEADER, 8); header(64, 8); header(0, 8);
  header(0, 4); header(64, 2); header(56, 2); header(3, 2); header(0, 6);
  segment(5, 0, CODE_AT, code_size, code_size);
  segment(4, strings_offset, STRINGS_AT, strings_size, strings_size);
  segment(6, data_offset, DATA_AT, data_size, ZERO_AT - DATA_AT + zero_end);
  put_to(here, 0, strings_offset - code_size);
  int fd = sys(2, name, 0x241, 0x1ed);
  if (fd < 0) { print(name); print(": cannot be created\n"); exit(1); }
  write_all(fd, code, strings_offset, name);
  write_all(fd, strings_, data_offset - strings_offset, name);
  write_all(fd, data, data_size, name);
  if (sys(3, fd, 0, 0) < 0) { print(name); print(": cannot be written\n"); exit(1); }
  return 0;
}

// A function is called and is nowhere.
int missing(int s) {
  tpos = word(s + S_POS);
  where();
  print("expected a body for the function ");
  sys(1, 2, word(word(s + S_NAME) + N_TEXT), word(word(s + S_NAME) + N_LENGTH));
  print("\n");
  exit(1);
  return 0;
}

int main(int argc, int argv) {
  if (argc < 3) { print("usage: step2 FILE... PROGRAM\n"); exit(1); }
  start_heap(0x3000000);
  files = room(argc * F_SIZE);
  files_end = files;
  text = room(MAX_TEXT);
  text_end = text;
  code = room(MAX_CODE + 4096);
  strings_ = room(MAX_STRINGS + 4096);
  strings_end = strings_ + 1;
  data = room(MAX_DATA + 4096);
  data_end = data + 8;
  buckets = room(BUCKETS * 8);
  string = room(MAX_STRING);
  int i = 1;
  while (i < argc - 1) { load_file(word(argv + i * 8)); i = i + 1; }
  keywords("void char int long unsigned struct enum sizeof if else while for do switch case default break continue return",
    K_VOID, 1);
  keywords("auto const double extern float goto inline register short signed static typedef union volatile", K_NOT_S, 0);
  t_void = new_type(VOID_, 0, 1, 0);
  t_char = new_type(CHAR_, 1, 1, 0);
  t_int = new_type(INT_, 4, 4, 0);
  t_long = new_type(LONG_, 8, 8, 0);
  t_ulong = new_type(ULONG_, 8, 8, 0);
  prologue();
  pos = text;
  next();
  while (tk != END) declaration();
  i = functions;
  while (i) {
    if (word(i + S_VALUE) == 0 && word(i + S_CALLS)) missing(i);
    i = word(i + S_PREVIOUS);
  }
  write_program(word(argv + (argc - 1) * 8));
  return 0;
}
