// Floating arithmetic, with the x87: every value is computed in 80 bits and then rounded to its type.

long to_signed;            // where the helpers are in the code
long to_unsigned;
long from_unsigned;

void make_float_helpers(void) {
  to_signed = text_size;   // st0 -> rax, towards zero
  bytes("4883ec18");       // sub rsp, 24
  bytes("d97c2408");       // fnstcw [rsp + 8]
  bytes("0fb7442408");     // movzx eax, word [rsp + 8]
  bytes("80cc0c");         // or ah, 12
  bytes("668944240a");     // mov [rsp + 10], ax
  bytes("d96c240a");       // fldcw [rsp + 10]
  bytes("df3c24");         // fistp qword [rsp]
  bytes("d96c2408");       // fldcw [rsp + 8]
  bytes("488b0424");       // mov rax, [rsp]
  bytes("4883c418c3");     // add rsp, 24; ret
  to_unsigned = text_size;
  bytes("680000005f");     // push 2^63, as a float
  bytes("d81424");         // fcom dword [rsp]
  bytes("dfe0");           // fnstsw ax
  bytes("f6c401");         // test ah, 1: below?
  bytes("750f");           // jnz +15
  bytes("d82424");         // fsub dword [rsp]
  byte(0xe8);
  int32(to_signed - text_size - 4);
  bytes("480fbaf83f");     // btc rax, 63
  bytes("59c3");           // pop rcx; ret
  byte(0xe8);
  int32(to_signed - text_size - 4);
  bytes("59c3");
  from_unsigned = text_size;
  bytes("50");             // push rax
  bytes("df2c24");         // fild qword [rsp]
  bytes("4885c0");         // test rax, rax
  bytes("790a");           // jns +10
  bytes("c704240000805f"); // mov dword [rsp], 2^64 as a float
  bytes("d80424");         // fadd dword [rsp]
  bytes("58c3");           // pop rax; ret
}

void call_helper(long at) {
  byte(0xe8);
  int32(at - text_size - 4);
}

void load_float(struct Node *n, long base) {
  long kind = n->type->kind;
  byte(kind == TY_FLOAT ? 0xd9 : kind == TY_DOUBLE ? 0xdd : 0xdb);
  operand(kind == TY_LONG_DOUBLE ? 5 : 0, n, base);
}

// st0 -> object; st0 is gone
void store_float(struct Node *n, long base) {
  long kind = n->type->kind;
  byte(kind == TY_FLOAT ? 0xd9 : kind == TY_DOUBLE ? 0xdd : 0xdb);
  operand(kind == TY_LONG_DOUBLE ? 7 : 3, n, base);
}

// Rounds st0.
void round_to(struct Type *type) {
  if (type->kind == TY_FLOAT) bytes("d95c24f8d94424f8");    // fstp dword [rsp - 8]; fld dword [rsp - 8]
  if (type->kind == TY_DOUBLE) bytes("dd5c24f8dd4424f8");
}

// The bytes of a constant: 4, 8 or 10.
void write_float(char *to, long kind, struct Node *n) {
  long size = kind == TY_FLOAT ? 4 : kind == TY_DOUBLE ? 8 : 10;
  long precision = kind == TY_FLOAT ? 24 : kind == TY_DOUBLE ? 53 : 64;
  long bias = kind == TY_FLOAT ? 127 : kind == TY_DOUBLE ? 1023 : 16383;
  unsigned long mantissa = n->value;
  long power = n->exponent + 63 + bias;
  long i;
  if (mantissa == 0) power = 0;
  else if (n->exponent == 100000) power = 2 * bias + 1;
  else if (power <= 0) {
    mantissa = mantissa >> (1 - power);
    power = 0;
  }
  if (size < 10) {
    mantissa = mantissa << 1;      // the highest bit is not written
    mantissa = mantissa >> (65 - precision) | (unsigned long)power << (precision - 1) | (unsigned long)n->sign << (size * 8 - 1);
    for (i = 0; i < size; i++) {
      to[i] = mantissa & 255;
      mantissa = mantissa >> 8;
    }
    return;
  }
  power = power | (long)n->sign << 15;
  for (i = 0; i < 8; i++) {
    to[i] = mantissa & 255;
    mantissa = mantissa >> 8;
  }
  to[8] = power & 255;
  to[9] = power >> 8;
}

void float_constant(struct Node *n) {
  struct Node at;
  char image[16];
  if (n->value == 0 && n->sign == 0) {
    bytes("d9ee");                 // fldz
    return;
  }
  write_float(image, n->type->kind, n);
  at.op = N_GLOBAL;
  at.value = 0;
  at.type = n->type;
  at.at = n->at;
  at.object = bytes_object(image, n->type->kind == TY_LONG_DOUBLE ? 10 : n->type->size);
  load_float(&at, RAX);
}

// st1 op st0 -> st0
void float_arithmetic(struct Node *n) {
  switch (n->op) {
  case '+': bytes("dec1"); break;
  case '-': bytes("dee9"); break;
  case '*': bytes("dec9"); break;
  case '/': bytes("def9"); break;
  default: fail(n->at, "expected integers for this operator");
  }
  round_to(n->type);
}

// Compares st1 with st0 and takes both away. The result is the condition that holds if the comparison does.
long float_compare(long op) {
  bytes("dfe9ddd8");               // fucomip st0, st1; fstp st0
  if (op == '<') return ABOVE;
  if (op == T_LE) return ABOVE_EQUAL;
  if (op == T_EQ) bytes("0f9bc10f94c020c8");   // setnp cl; sete al; and al, cl
  else bytes("0f9ac10f95c008c8");              // setp cl; setne al; or al, cl
  bytes("84c0");                   // test al, al
  return NOT_EQUAL;
}

// Converts between rax and st0, or within st0.
void float_convert(struct Type *from, struct Type *to) {
  long condition;
  if (is_float(from) && is_float(to)) {
    if (to->size < from->size) round_to(to);
  } else if (is_float(to)) {
    if (from->size == 8 && from->is_unsigned) {
      call_helper(from_unsigned);
    } else {
      widen(from, ty_long, RAX);
      bytes("48894424f8df6c24f8");   // mov [rsp - 8], rax; fild qword [rsp - 8]
    }
    round_to(to);
  } else if (to->kind == TY_BOOL) {
    bytes("d9ee");
    condition = float_compare(T_NE);
    byte(0x0f);
    byte(0x90 + condition);
    bytes("c00fb6c0");               // setne al; movzx eax, al
  } else {
    call_helper(to->size == 8 && to->is_unsigned ? to_unsigned : to_signed);
    widen(ty_long, to, RAX);
  }
}
