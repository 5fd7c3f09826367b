// Machine instructions. Integers are computed in rax, with rcx as the second operand. A value of 32 bits or less is correct in
// the lower half of its register, extended to 32 bits; the upper half is not defined.

void byte(long b) {
  if (text_size == TEXT_LIMIT) stop("there is too much code", 0);
  text[text_size++] = b;
}

void bytes(char *hex) {
  for (; *hex; hex += 2) byte(hex_value(hex[0]) * 16 + hex_value(hex[1]));
}

void put_int32(long at, long n) {
  text[at] = n;
  text[at + 1] = n >> 8;
  text[at + 2] = n >> 16;
  text[at + 3] = n >> 24;
}

long get_int32(long at) {
  long n = text[at] | text[at + 1] << 8 | text[at + 2] << 16 | (long)text[at + 3] << 24;
  return wrap(ty_int, n);
}

void int32(long n) {
  byte(n & 255);
  byte(n >> 8 & 255);
  byte(n >> 16 & 255);
  byte(n >> 24 & 255);
}

void relocate(long section, long offset, long size, struct Object *o, long addend) {
  struct Relocation *r = allocate(sizeof(struct Relocation));
  r->section = section;
  r->offset = offset;
  r->size = size;
  r->object = o;
  r->addend = addend;
  r->next = relocations;
  relocations = r;
}

// ---- jumps

void init_label(struct Label *l) {
  l->place = -1;
  l->chain = -1;
}

void put_label(struct Label *l) {
  long at = l->chain;
  long following;
  l->place = text_size;
  while (at >= 0) {
    following = get_int32(at);
    put_int32(at, text_size - at - 4);
    at = following;
  }
}

void jump(long condition, struct Label *l) {
  if (condition == ALWAYS) {
    byte(0xe9);
  } else {
    byte(0x0f);
    byte(0x80 + condition);
  }
  if (l->place >= 0) {
    int32(l->place - text_size - 4);
  } else {
    int32(l->chain);
    l->chain = text_size - 4;
  }
}

// ---- the stack

void push(long reg) {
  if (reg >= 8) byte(0x41);
  byte(0x50 + (reg & 7));
  depth++;
}

void pop(long reg) {
  if (reg >= 8) byte(0x41);
  byte(0x58 + (reg & 7));
  depth--;
}

// rsp += words * 8; of no flag is made use afterwards
void move_rsp(long words) {
  depth -= words;
  if (words == 0) return;
  bytes("4881c4");   // add rsp, n
  int32(words * 8);
}

// ---- memory

// The operand [place of n], with the register beside it. An object at a pointer is found by the pointer in base.
void operand(long reg, struct Node *n, long base) {
  long offset = n->value;
  if (n->op == N_GLOBAL) {
    byte(5 + reg * 8);
    if (n->object->used_at == 0) n->object->used_at = n->at;
    relocate(IN_TEXT, text_size, -4, n->object, offset);
    int32(0);
    return;
  }
  if (n->op == N_LOCAL) base = RBP;
  if (offset >= -128 && offset < 128) {
    byte(0x40 + reg * 8 + base);
    byte(offset & 255);
  } else {
    byte(0x80 + reg * 8 + base);
    int32(offset);
  }
}

void load_address(long reg, struct Node *n, long base) {
  bytes("488d");
  operand(reg, n, base);
}

// Registers are shifted by the same number in both directions to cut out a bit-field.
void shift_field(struct Node *n, long reg, long left, long right) {
  bytes("48c1");
  byte(0xe0 + reg);
  byte(left);
  bytes("48c1");
  byte((n->type->is_unsigned ? 0xe8 : 0xf8) + reg);
  byte(right);
}

// The unit that holds an object
void load_unit(struct Node *n, long reg, long base) {
  long size = n->type->size;
  if (size == 8) byte(0x48);
  if (size < 4) {
    byte(0x0f);
    byte((n->type->is_unsigned ? 0xb6 : 0xbe) + (size == 2));
  } else {
    byte(0x8b);
  }
  operand(reg, n, base);
}

void load(struct Node *n, long reg, long base) {
  load_unit(n, reg, base);
  if (n->bit_width) shift_field(n, reg, 64 - n->bit_at - n->bit_width, 64 - n->bit_width);
}

// rax -> object; a pointer to it is in rcx
void store(struct Node *n) {
  long size = n->type->size;
  unsigned long mask;
  if (n->bit_width) {
    mask = ((unsigned long)2 << (n->bit_width - 1)) - 1;
    load_unit(n, RDX, RCX);
    load_number(RSI, mask);
    bytes("4821f0");       // and rax, rsi
    bytes("4889c7");       // mov rdi, rax
    bytes("48c1e0");       // shl rax, n
    byte(n->bit_at);
    load_number(RSI, ~(mask << n->bit_at));
    bytes("4821f2");       // and rdx, rsi
    bytes("4809d0");       // or rax, rdx
  }
  if (size == 2) byte(0x66);
  if (size == 8) byte(0x48);
  byte(size == 1 ? 0x88 : 0x89);
  operand(RAX, n, RCX);
  if (n->bit_width) {
    bytes("4889f8");       // mov rax, rdi
    shift_field(n, RAX, 64 - n->bit_width, 64 - n->bit_width);
  }
}

// ---- arithmetic

long fits_unsigned_32(long n) {
  return n >= 0 && n >> 32 == 0;
}

void load_number(long reg, long value) {
  if (value == 0) {
    byte(0x31);
    byte(0xc0 + reg * 9);
  } else if (fits_unsigned_32(value)) {
    byte(0xb8 + reg);
    int32(value);
  } else if (fits_32(value)) {
    bytes("48c7");
    byte(0xc0 + reg);
    int32(value);
  } else {
    byte(0x48);
    byte(0xb8 + reg);
    int32(value);
    int32(value >> 32);
  }
}

// Converts an integer or pointer in rax or rcx.
void widen(struct Type *from, struct Type *to, long reg) {
  if (from->kind == TY_STRUCT || from->kind == TY_VOID) return;
  if (to->kind == TY_BOOL) {
    if (from->kind == TY_BOOL) return;
    if (from->size == 8) byte(0x48);
    byte(0x85);
    byte(0xc0 + reg * 9);   // test reg, reg
    bytes("0f95");
    byte(0xc0 + reg);       // setne
    bytes("0fb6");
    byte(0xc0 + reg * 9);   // movzx
  } else if (to->size == 8) {
    if (from->size == 8) return;
    if (from->is_unsigned) {
      byte(0x89);           // mov, which clears the upper half
    } else {
      bytes("4863");        // movsxd
    }
    byte(0xc0 + reg * 9);
  } else if (to->size < 4 && !(from->kind == to->kind && from->is_unsigned == to->is_unsigned)) {
    byte(0x0f);
    byte((to->is_unsigned ? 0xb6 : 0xbe) + (to->size == 2));
    byte(0xc0 + reg * 9);
  }
}

// The number of the group of instructions add, or, and, sub, xor, cmp; -1 for others.
long group_of(long op) {
  switch (op) {
  case '+': return 0;
  case '|': return 1;
  case '&': return 4;
  case '-': return 5;
  case '^': return 6;
  case '<': case T_LE: case T_EQ: case T_NE: return 7;
  }
  return -1;
}

long log2_of(long n) {
  long i;
  for (i = 0; i < 62; i++) if ((long)1 << i == n) return i;
  return -1;
}

// Whether arithmetic_number can be used: the second operand is a number that the instruction holds.
long takes_number(struct Node *n) {
  long value = n->right->value;
  if (n->right->op != N_NUMBER) return 0;
  if (n->op == T_SHL || n->op == T_SHR) return value >= 0 && value < 64;
  if (n->op == '*' || group_of(n->op) >= 0) return n->left->type->size == 8 ? fits_32(value) : 1;
  if (n->op == '/') return n->left->type->is_unsigned && log2_of(value) >= 0;
  return n->op == '%' && n->left->type->is_unsigned && log2_of(value) >= 0 && log2_of(value) < 31;
}

// rax = rax op value
void arithmetic_number(struct Node *n, long value) {
  long group = group_of(n->op);
  if (n->op == '*' && log2_of(value) < 0) {
    if (n->left->type->size == 8) byte(0x48);
    bytes("69c0");          // imul eax, eax, n
    int32(value);
    return;
  }
  if (n->op == '%') {
    group = 4;
    value--;
  }
  if (n->left->type->size == 8) byte(0x48);
  if (group >= 0) {
    if (value >= -128 && value < 128) {
      byte(0x83);
      byte(0xc0 + group * 8);
      byte(value & 255);
    } else {
      byte(0x81);
      byte(0xc0 + group * 8);
      int32(value);
    }
  } else {
    byte(0xc1);
    byte(n->op == '*' || n->op == T_SHL ? 0xe0 : n->op == '/' || n->left->type->is_unsigned ? 0xe8 : 0xf8);
    byte(n->op == '*' || n->op == '/' ? log2_of(value) : value);
  }
}

// rax = rax op rcx; for comparisons only the flags
void arithmetic(struct Node *n) {
  struct Type *type = n->left->type;
  long wide = type->size == 8;
  if (n->op == '/' || n->op == '%') {
    if (type->is_unsigned) {
      bytes("31d2");        // xor edx, edx
    } else {
      if (wide) byte(0x48);
      byte(0x99);           // cdq
    }
    if (wide) byte(0x48);
    byte(0xf7);
    byte(type->is_unsigned ? 0xf1 : 0xf9);
    if (n->op == '%') bytes("4889d0");   // mov rax, rdx
    return;
  }
  if (wide) byte(0x48);
  if (n->op == '*') {
    bytes("0fafc1");        // imul eax, ecx
  } else if (n->op == T_SHL || n->op == T_SHR) {
    byte(0xd3);
    byte(n->op == T_SHL ? 0xe0 : type->is_unsigned ? 0xe8 : 0xf8);
  } else {
    byte(group_of(n->op) * 8 + 1);
    byte(0xc8);
  }
}

// ---- structures

// Copies from rax to rcx, and leaves the destination in rax.
void copy_struct(long size) {
  long at = 0;
  long step;
  if (size > 64) {
    bytes("4889c64889cf4889c8");   // mov rsi, rax; mov rdi, rcx; mov rax, rcx
    load_number(RCX, size);
    bytes("f3a4");                 // rep movsb
    return;
  }
  while (at < size) {
    step = size - at >= 8 ? 8 : size - at >= 4 ? 4 : size - at >= 2 ? 2 : 1;
    if (step == 2) byte(0x66);
    if (step == 8) byte(0x48);
    byte(step == 1 ? 0x8a : 0x8b);
    byte(0x50);                    // mov rdx, [rax + at]
    byte(at);
    if (step == 2) byte(0x66);
    if (step == 8) byte(0x48);
    byte(step == 1 ? 0x88 : 0x89);
    byte(0x51);                    // mov [rcx + at], rdx
    byte(at);
    at += step;
  }
  bytes("4889c8");                 // mov rax, rcx
}

void clear_local(long offset, long size) {
  struct Node n;
  n.op = N_LOCAL;
  n.value = offset;
  load_number(RAX, 0);
  if (size > 64) {
    load_address(RDI, &n, RBP);
    load_number(RCX, size);
    bytes("f3aa");                 // rep stosb
    return;
  }
  while (size >= 8) {
    bytes("4889");
    operand(RAX, &n, RBP);
    n.value += 8;
    size -= 8;
  }
  while (size > 0) {
    byte(0x88);
    operand(RAX, &n, RBP);
    n.value++;
    size--;
  }
}
