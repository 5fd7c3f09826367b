// What the parts of the compiler know of each other: data, prototypes, variables.
//
// The parts, in the order in which a C program passes them:
//   base.c        memory, errors, files, names
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
  ARENA_SIZE = 134217728,
  FILE_LIMIT = 8388608,
  TEXT_LIMIT = 8388608,
  DATA_LIMIT = 16777216,
  IDENT_BUCKETS = 16384
};

// Kinds of tokens. A punctuator of one character is that character; binary operators are node kinds, too.
enum {
  T_END = 256, T_END_OF_FILE, T_EMPTY, T_IDENT, T_NUMBER, T_STRING, T_CHARACTER, T_OTHER,
  T_ELLIPSIS, T_SHL_ASSIGN, T_SHR_ASSIGN, T_ARROW, T_INCREMENT, T_DECREMENT, T_SHL, T_SHR, T_LE, T_GE, T_EQ, T_NE,
  T_AND, T_OR, T_MUL_ASSIGN, T_DIV_ASSIGN, T_MOD_ASSIGN, T_ADD_ASSIGN, T_SUB_ASSIGN, T_AND_ASSIGN, T_XOR_ASSIGN,
  T_OR_ASSIGN, T_PASTE
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
  N_SETJMP, N_LONGJMP
};

enum {
  TY_VOID, TY_BOOL, TY_CHAR, TY_SHORT, TY_INT, TY_LONG, TY_FLOAT, TY_DOUBLE, TY_LONG_DOUBLE,
  TY_POINTER, TY_ARRAY, TY_FUNCTION, TY_STRUCT
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
  K_SYSCALL, K_SETJMP, K_LONGJMP, K_VA_START, K_VA_ARG, K_VA_END, K_VA_COPY
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
void stop(char *message, char *name);

// macro.c
struct Token *expand_all(struct Token *t);

// type.c
long wrap(struct Type *t, long value);

// declare.c
struct Type *read_specifiers(void);
struct Type *read_declarator(struct Type *type);

// initialise.c
void initialise_object(struct Object *o, struct Type *type);
struct Node *initialise_local(struct Symbol *s);

// fold.c
struct Node *new_node(long op, struct Type *type, struct Token *at);
struct Node *local_node(long offset, struct Type *type, struct Token *at);
struct Node *global_node(struct Object *o, long offset, struct Type *type, struct Token *at);
struct Node *binary(long op, struct Node *a, struct Node *b, struct Token *at);
struct Node *assign_cast(struct Node *n, struct Type *type, struct Token *at);
struct Node *comma(struct Node *a, struct Node *b);
struct Node *assign(struct Node *to, struct Node *from, struct Token *at);
long is_object(struct Node *n);

// expression.c
struct Node *read_expression(void);
struct Node *read_assignment(void);
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

// emit.c
void byte(long b);
void bytes(char *hex);
void int32(long n);
void put_int32(long at, long n);
void relocate(long section, long offset, long size, struct Object *o, long addend);
void init_label(struct Label *l);
void put_label(struct Label *l);
void jump(long condition, struct Label *l);
void load_number(long reg, long value);
void copy_struct(long size);

// float.c
void write_float(char *to, long kind, struct Node *n);

// generate.c
void generate(struct Node *n);
void generate_void(struct Node *n);
void branch(struct Node *n, long when, struct Label *l);
long is_simple(struct Node *n);

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
