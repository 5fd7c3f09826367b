// What every part of the compiler shares: the data, the prototypes, memory, errors, files.
//
// The parts, in the order in which a C program passes them:
//   lexer.c       text -> tokens
//   macro.c       tokens -> tokens: what one macro call becomes
//   directive.c   tokens -> tokens: #define, #include, #if
//   number.c      numbers; floating constants are exact until they are rounded once
//   type.c        types and their layout
//   declare.c     symbols, specifiers
//   declarator.c  declarators, declarations
//   initialise.c  initialisers -> data or code
//   fold.c        typed nodes: conversions, constants computed at once
//   expression.c  tokens -> nodes
//   statement.c   statements, functions
//   emit.c        machine instructions
//   float.c       x87 instructions
//   generate.c    nodes -> instructions
//   elf.c         sections -> one ELF file
//   main.c        command line

enum {
  ARENA_SIZE = 402653184,
  FILE_LIMIT = 8388608,
  TEXT_LIMIT = 8388608,
  DATA_LIMIT = 67108864,
  PATH_LIMIT = 4096,
  IDENT_BUCKETS = 16384,
};

// Kinds of tokens. A punctuator of one character is that character; binary operators are node kinds, too.
enum {
  T_END = 256, T_END_OF_FILE, T_EMPTY, T_IDENT, T_NUMBER, T_STRING, T_CHARACTER, T_OTHER,
  T_ELLIPSIS, T_SHL_ASSIGN, T_SHR_ASSIGN, T_ARROW, T_INCREMENT, T_DECREMENT, T_SHL, T_SHR, T_LE, T_GE, T_EQ, T_NE,
  T_AND, T_OR, T_MUL_ASSIGN, T_DIV_ASSIGN, T_MOD_ASSIGN, T_ADD_ASSIGN, T_SUB_ASSIGN, T_AND_ASSIGN, T_XOR_ASSIGN,
  T_OR_ASSIGN, T_PASTE,
};

// Other kinds of nodes.
enum {
  N_NUMBER = 400,  // value
  N_FLOAT,         // value * 2^exponent, sign
  N_LOCAL,         // the object at rbp + value
  N_GLOBAL,        // the object at object + value
  N_DEREF,         // the object at left + value
  N_ADDRESS,       // the address of left, a N_LOCAL or N_GLOBAL
  N_CAST, N_NEGATE, N_COMPLEMENT, N_NOT, N_COMMA,
  N_ASSIGN,        // left = right
  N_CLEAR,         // exponent bytes at rbp + value become 0
  N_CONDITION,     // left ? right : third
  N_CALL,          // left(right, right->next, ...): the last argument comes first
  N_SYSCALL,       // the same, without left
  N_SETJMP, N_LONGJMP,
};

enum {
  TY_VOID, TY_BOOL, TY_CHAR, TY_SHORT, TY_INT, TY_LONG, TY_FLOAT, TY_DOUBLE, TY_LONG_DOUBLE,
  TY_POINTER, TY_ARRAY, TY_FUNCTION, TY_STRUCT,
};

// Registers, and the conditions of jumps. ALWAYS is none.
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11 };
enum { ALWAYS = -1, BELOW = 2, ABOVE_EQUAL, EQUAL, NOT_EQUAL, BELOW_EQUAL, ABOVE, LESS = 12, GREATER_EQUAL, LESS_EQUAL, GREATER };

enum { S_VARIABLE, S_LOCAL, S_TYPEDEF, S_CONSTANT };

// Where an object lies.
enum { NOWHERE, IN_TEXT, IN_DATA, IN_BSS, IN_COMMON };

enum {
  K_VOID = 1, K_BOOL, K_CHAR, K_SHORT, K_INT, K_LONG, K_FLOAT, K_DOUBLE, K_SIGNED, K_UNSIGNED,
  K_STRUCT, K_UNION, K_ENUM, K_CONST, K_VOLATILE, K_RESTRICT, K_INLINE, K_EXTENSION, K_ATTRIBUTE, K_VA_LIST,
  K_TYPEDEF, K_EXTERN, K_STATIC, K_AUTO, K_REGISTER, K_NORETURN,
  K_LAST_OF_TYPES,
  K_IF, K_ELSE, K_WHILE, K_DO, K_FOR, K_SWITCH, K_CASE, K_DEFAULT, K_BREAK, K_CONTINUE, K_RETURN, K_GOTO,
  K_SIZEOF, K_ALIGNOF, K_ASM, K_FUNC,
  K_SYSCALL, K_SETJMP, K_LONGJMP, K_VA_START, K_VA_ARG, K_VA_END, K_VA_COPY,
};

struct Ident {
  struct Ident *next;
  char *name;
  long length;
  long keyword;
  struct Macro *macro;
  struct Symbol *symbol;   // the innermost meaning as a variable, type or constant
  struct Symbol *tag;      // the same after struct, union, enum
  struct Object *object;   // what the whole program knows by this name
};

struct File {
  char *name;
  char *folder;
  long depth;
};

struct Token {
  int kind;
  int line;
  int length;
  char starts_line;
  char after_space;
  char *text;
  struct File *file;
  struct Ident *ident;
  struct Hidden *hidden;   // macros that made this token and must not be expanded in it again
  struct Token *next;
};

struct Hidden {
  struct Hidden *next;
  struct Ident *ident;
};

struct Macro {
  long is_function;
  long is_variadic;
  long count;
  struct Ident **parameters;
  struct Token *body;
  long special;
};

struct Type {
  int kind;
  int is_unsigned;
  long size;               // -1: not known yet
  long align;
  struct Type *base;
  long count;              // of array elements; -1: not known yet
  struct Member *members;
  int is_union;
  int is_variadic;
  int has_no_prototype;
  struct Parameter *parameters;
  struct Type *pointer;    // to this type, once somebody asked
};

struct Member {
  struct Member *next;
  struct Ident *name;      // 0: anonymous
  struct Type *type;
  long offset;
  int bit_width;           // 0: no bit-field
  int bit_at;
};

struct Parameter {
  struct Parameter *next;
  struct Ident *name;
  struct Type *type;
  struct Token *at;
};

struct Symbol {
  struct Symbol *outer;    // what the identifier meant before
  struct Symbol *previous; // the symbol declared before this one
  struct Ident *ident;
  int kind;
  int is_tag;
  long scope;
  struct Type *type;
  struct Object *object;
  long value;              // of a constant; offset of a local variable
};

struct Object {
  struct Object *next;
  struct Ident *name;      // 0: a string or a static variable of a function
  struct Type *type;
  struct Token *used_at;
  int section;
  long offset;
  long size;
  long align;
};

struct Node {
  int op;
  int sign;
  int bit_width;           // of an object that is a bit-field
  int bit_at;
  long exponent;
  struct Type *type;
  struct Node *left;
  struct Node *right;
  struct Node *third;
  struct Node *next;
  long value;
  struct Object *object;
  struct Token *at;
};

// A piece of an initialiser: node, or the bytes of a string, goes to offset.
struct Piece {
  struct Piece *next;
  long offset;
  struct Type *type;
  int bit_width;
  int bit_at;
  struct Node *node;
  char *bytes;
  long length;
};

struct Relocation {
  struct Relocation *next;
  int section;             // which bytes are to be changed: IN_TEXT or IN_DATA
  int size;                // 8: address, 4: address, -4: relative
  long offset;
  struct Object *object;
  long addend;
};

// A place in the code. Before it is known, the jumps to it form a chain through their own operands.
struct Label {
  long place;              // -1: not known yet
  long chain;              // -1: end
};

// base.c
void *allocate(long size);
void copy_bytes(char *to, char *from, long size);
long same_bytes(char *a, char *b, long size);
long length_of(char *s);
char *join(char *a, char *b);
void print(char *s);
void print_long(long n);
void fail(struct Token *at, char *message);
void fail_name(struct Token *at, char *message, char *name);
void stop(char *message, char *name);
char *read_file(char *path);
struct Ident *intern(char *name, long length);
struct Ident *ident_of(char *name);

// lexer.c
struct Token *lex(char *text, struct File *file, long line);
long read_escape(struct Token *at, char **position);
long character_value(struct Token *t);
void add_keyword(char *name, long keyword);

// macro.c
void add_hidden(struct Token *t, struct Hidden *hidden);
struct Token *copy_token(struct Token *t);
struct Token *expand(struct Token *t);
struct Token *expand_all(struct Token *t);
struct Token *read_macro_text(char *text);

// directive.c
struct Token *preprocess(struct Token *t);
void define_from_command_line(char *text);
struct Token *open_source(char *path, struct File *from);

// number.c
void round_float(long kind);
void round_integer(unsigned long value);
void read_number(struct Token *t);

// type.c
void make_types(void);
struct Type *new_type(long kind, long size, long align);
struct Type *pointer_to(struct Type *base);
struct Type *array_of(struct Type *base, long count);
struct Type *function_of(struct Type *result);
long is_integer(struct Type *t);
long is_float(struct Type *t);
long is_scalar(struct Type *t);
long is_signed(struct Type *t);
long same_type(struct Type *a, struct Type *b);
void need_complete(struct Type *t, struct Token *at);
long wrap(struct Type *t, long value);
long round_up(long n, long to);
void lay_out(struct Type *t, long packed);
struct Member *find_member(struct Type *t, struct Ident *name, long *offset);

// declare.c
long starts_type(struct Token *t);
struct Type *read_type_name(void);
struct Type *read_specifiers(void);
struct Type *read_declarator(struct Type *type);
struct Symbol *declare(struct Ident *name, long kind, struct Type *type);
void read_declaration(void);
struct Object *new_object(struct Ident *name, struct Type *type);
char *read_strings(long *length);
struct Object *bytes_object(char *bytes, long size);
void open_scope(void);
void close_scope(void);
void close_unit(void);
long new_local(struct Type *type, long align);
void place_data(struct Object *o, long section, long size, long align);

// initialise.c
void initialise_object(struct Object *o, struct Type *type);
struct Node *initialise_local(struct Symbol *s);

// fold.c
struct Node *new_node(long op, struct Type *type, struct Token *at);
struct Node *number(long value, struct Type *type, struct Token *at);
struct Node *local_node(long offset, struct Type *type, struct Token *at);
struct Node *global_node(struct Object *o, long offset, struct Type *type, struct Token *at);
struct Node *copy_node(struct Node *n, struct Type *type);
struct Node *member_of(struct Node *n, struct Member *m, long offset, struct Token *at);
struct Node *unary(long op, struct Node *operand, struct Token *at);
struct Node *binary(long op, struct Node *a, struct Node *b, struct Token *at);
struct Node *logical(long op, struct Node *a, struct Node *b, struct Token *at);
struct Node *cast(struct Node *n, struct Type *type);
struct Node *assign_cast(struct Node *n, struct Type *type, struct Token *at);
struct Node *promote(struct Node *n);
struct Node *value_of(struct Node *n);
struct Node *address_of(struct Node *n, struct Token *at);
struct Node *deref(struct Node *n, struct Token *at);
struct Node *comma(struct Node *a, struct Node *b);
struct Node *assign(struct Node *to, struct Node *from, struct Token *at);
struct Node *compound(long op, struct Node *to, struct Node *by, struct Token *at);
struct Node *step_after(struct Node *n, long op, struct Token *at);
struct Node *pick(struct Node *which, struct Node *a, struct Node *b, struct Token *at);
struct Type *common_type(struct Type *a, struct Type *b);
long is_object(struct Node *n);

// expression.c
struct Node *read_expression(void);
struct Node *read_assignment(void);
struct Node *read_conditional(void);
struct Node *condition(struct Node *n);
long read_constant(void);
long evaluate(struct Token *t);
long variadic_at;          // where the arguments behind the named ones begin, from rbp
void next(void);
void expect(long kind);
long accept(long kind);
long keyword(void);
char *spelling(struct Token *t);

// statement.c
void read_function(struct Symbol *s, struct Type *type);
void run_at_start(struct Node *n);
void read_unit(struct Token *t);

// emit.c
void byte(long b);
void bytes(char *hex);
void int32(long n);
void put_int32(long at, long n);
void relocate(long section, long offset, long size, struct Object *o, long addend);
void init_label(struct Label *l);
void put_label(struct Label *l);
void jump(long condition, struct Label *l);
void push(long reg);
void pop(long reg);
void move_rsp(long words);
void operand(long reg, struct Node *n, long base);
void load_address(long reg, struct Node *n, long base);
void load(struct Node *n, long reg, long base);
void store(struct Node *n);
void load_number(long reg, long value);
void widen(struct Type *from, struct Type *to, long reg);
void arithmetic(struct Node *n);
void arithmetic_number(struct Node *n, long value);
long takes_number(struct Node *n);
void copy_struct(long size);
void clear_local(long offset, long size);

// float.c
void make_float_helpers(void);
void load_float(struct Node *n, long base);
void store_float(struct Node *n, long base);
void float_constant(struct Node *n);
void float_arithmetic(struct Node *n);
long float_compare(long op);
void float_convert(struct Type *from, struct Type *to);
void write_float(char *to, long kind, struct Node *n);

// generate.c
void generate(struct Node *n);
void generate_void(struct Node *n);
void branch(struct Node *n, long when, struct Label *l);
long is_simple(struct Node *n);
void load_simple(struct Node *n, long reg);

// elf.c
void link_program(char *output);

char arena[ARENA_SIZE];
long arena_used;
struct Ident *idents[IDENT_BUCKETS];

// emit.c, elf.c
char text[TEXT_LIMIT];
long text_size;
char data[DATA_LIMIT];
long data_size;
long bss_size;
long depth;                // of the machine stack below the frame, in words
struct Object *objects;
struct Relocation *relocations;

// expression.c
struct Token *tok;
long in_directive;         // #if: all integers are of 64 bits

// number.c: what read_number found
struct Type *number_type;
unsigned long number_value;
long number_exponent;
long number_guard;         // the next bit after number_value
long number_sticky;        // whether anything follows

// type.c
struct Type *ty_void;
struct Type *ty_bool;
struct Type *ty_char;
struct Type *ty_signed_char;
struct Type *ty_unsigned_char;
struct Type *ty_short;
struct Type *ty_unsigned_short;
struct Type *ty_int;
struct Type *ty_unsigned;
struct Type *ty_long;
struct Type *ty_unsigned_long;
struct Type *ty_float;
struct Type *ty_double;
struct Type *ty_long_double;
long char_is_unsigned;

// declare.c
long frame;                // bytes of local variables now
long frame_most;           // at most in this function
long storage;              // K_TYPEDEF, K_EXTERN, K_STATIC or 0: found by read_specifiers
long is_inline;
long asked_align;          // by __attribute__
long asked_packed;
struct Ident *declared;    // the name that read_declarator found
struct Token *declared_at;
long scope;                // 0: outside of functions
struct Ident *function_name;
struct Type *function_type;

void *allocate(long size) {
  long at = arena_used;
  arena_used = at + ((size + 15) & ~15);
  if (arena_used > ARENA_SIZE) stop("the program is too large for the memory that is set aside", 0);
  return arena + at;
}

void copy_bytes(char *to, char *from, long size) {
  long i;
  for (i = 0; i < size; i++) to[i] = from[i];
}

long same_bytes(char *a, char *b, long size) {
  long i;
  for (i = 0; i < size; i++) if (a[i] != b[i]) return 0;
  return 1;
}

long length_of(char *s) {
  long n = 0;
  while (s[n]) n++;
  return n;
}

char *join(char *a, char *b) {
  long n = length_of(a);
  char *s = allocate(n + length_of(b) + 1);
  copy_bytes(s, a, n);
  copy_bytes(s + n, b, length_of(b));
  return s;
}

void print(char *s) {
  syscall(1, 2, (long)s, length_of(s));
}

void print_long(long n) {
  char digits[24];
  long at = 23;
  digits[at] = 0;
  do {
    at--;
    digits[at] = '0' + n % 10;
    n = n / 10;
  } while (n);
  print(digits + at);
}

// Ends the compiler. A message is "FILE:LINE: what was expected".
void fail_name(struct Token *at, char *message, char *name) {
  if (at) {
    print(at->file->name);
    print(":");
    print_long(at->line);
    print(": ");
  } else {
    print("cc: ");
  }
  print(message);
  if (name) {
    print(" '");
    print(name);
    print("'");
  }
  print("\n");
  syscall(231, 1, 0, 0);
}

void fail(struct Token *at, char *message) {
  fail_name(at, message, 0);
}

void stop(char *message, char *name) {
  fail_name(0, message, name);
}

// The contents, with a zero behind; 0 if there is no such file.
char *read_file(char *path) {
  long fd = syscall(2, (long)path, 0, 0);
  long size = 0;
  long got;
  char *buffer = arena + arena_used;
  if (fd < 0) return 0;
  if (arena_used + FILE_LIMIT + 2 > ARENA_SIZE) stop("no memory is left to read", path);
  do {
    got = syscall(0, fd, (long)(buffer + size), FILE_LIMIT - size);
    if (got < 0) return 0;
    size += got;
  } while (got);
  if (size == FILE_LIMIT) stop("this file is too long", path);
  syscall(3, fd, 0, 0);
  buffer[size] = 0;
  if (length_of(buffer) != size) stop("there is a zero byte in", path);
  allocate(size + 2);
  return buffer;
}

struct Ident *intern(char *name, long length) {
  unsigned long hash = 5381;
  long i;
  struct Ident *p;
  for (i = 0; i < length; i++) hash = hash * 33 + name[i];
  i = hash % IDENT_BUCKETS;
  for (p = idents[i]; p; p = p->next)
    if (p->length == length && same_bytes(p->name, name, length)) return p;
  p = allocate(sizeof(struct Ident));
  p->next = idents[i];
  p->name = allocate(length + 1);
  copy_bytes(p->name, name, length);
  p->length = length;
  idents[i] = p;
  return p;
}

struct Ident *ident_of(char *name) {
  return intern(name, length_of(name));
}
