// Nodes -> instructions. A value arrives in rax, a floating one in st0; of a structure, an array or a function the address.

// Whether a node can be loaded into any register without touching another one.
long is_simple(struct Node *n) {
  if (is_float(n->type) || n->type->kind == TY_VOID) return 0;
  if (n->op == N_NUMBER || n->op == N_ADDRESS) return 1;
  if (n->op == N_LOCAL || n->op == N_GLOBAL) return n->bit_width == 0;
  return n->op == N_CAST && n->type->kind != TY_BOOL && is_simple(n->left);
}

void load_simple(struct Node *n, long reg) {
  if (n->op == N_NUMBER) {
    load_number(reg, n->value);
  } else if (n->op == N_ADDRESS) {
    load_address(reg, n->left, RAX);
  } else if (n->op == N_CAST) {
    load_simple(n->left, reg);
    widen(n->left->type, n->type, reg);
  } else if (is_scalar(n->type)) {
    load(n, reg, RAX);
  } else {
    load_address(reg, n, RAX);
  }
}

// Both operands: rax and rcx, or st1 and st0.
void generate_operands(struct Node *a, struct Node *b) {
  if (is_float(a->type)) {
    generate(a);
    if (b->op == N_FLOAT || b->op == N_LOCAL || b->op == N_GLOBAL) {
      generate(b);
      return;
    }
    move_rsp(-2);
    bytes("db3c24");                 // fstp tbyte [rsp]
    generate(b);
    bytes("db2c24d9c9");             // fld tbyte [rsp]; fxch
    move_rsp(2);
  } else if (is_simple(b)) {
    generate(a);
    load_simple(b, RCX);
  } else if (is_simple(a)) {
    generate(b);
    bytes("4889c1");                 // mov rcx, rax
    load_simple(a, RAX);
  } else {
    generate(a);
    push(RAX);
    generate(b);
    bytes("4889c1");
    pop(RAX);
  }
}

// A comparison; the result is the condition that holds if it does.
long compare(struct Node *n) {
  long is_unsigned = n->left->type->is_unsigned;
  if (is_float(n->left->type)) {
    generate_operands(n->left, n->right);
    return float_compare(n->op);
  }
  if (takes_number(n)) {
    generate(n->left);
    if (n->right->value == 0 && (n->op == T_EQ || n->op == T_NE)) {
      if (n->left->type->size == 8) byte(0x48);
      bytes("85c0");                 // test eax, eax
    } else {
      arithmetic_number(n, n->right->value);
    }
  } else {
    generate_operands(n->left, n->right);
    arithmetic(n);
  }
  if (n->op == T_EQ) return EQUAL;
  if (n->op == T_NE) return NOT_EQUAL;
  if (n->op == '<') return is_unsigned ? BELOW : LESS;
  return is_unsigned ? BELOW_EQUAL : LESS_EQUAL;
}

long is_comparison_node(struct Node *n) {
  return n->op == '<' || n->op == T_LE || n->op == T_EQ || n->op == T_NE;
}

// Jumps if n is true (when = 1) or false (0).
void branch(struct Node *n, long when, struct Label *l) {
  struct Label skip;
  long holds;
  if (n->op == N_NUMBER) {
    if ((n->value != 0) == when) jump(ALWAYS, l);
  } else if (n->op == N_NOT) {
    branch(n->left, !when, l);
  } else if (n->op == N_COMMA) {
    generate_void(n->left);
    branch(n->right, when, l);
  } else if (n->op == T_AND || n->op == T_OR) {
    if (when == (n->op == T_OR)) {   // either operand decides alone
      branch(n->left, when, l);
      branch(n->right, when, l);
    } else {
      init_label(&skip);
      branch(n->left, !when, &skip);
      branch(n->right, when, l);
      put_label(&skip);
    }
  } else {
    if (is_comparison_node(n)) {
      holds = compare(n);
    } else {
      generate(n);
      holds = NOT_EQUAL;
      if (is_float(n->type)) {
        bytes("d9ee");
        holds = float_compare(T_NE);
      } else {
        if (n->type->size == 8) byte(0x48);
        bytes("85c0");
      }
    }
    jump(when ? holds : holds ^ 1, l);
  }
}

void generate_truth(struct Node *n) {
  struct Label no;
  struct Label end;
  long holds;
  if (is_comparison_node(n)) {
    holds = compare(n);
    byte(0x0f);
    byte(0x90 + holds);
    bytes("c00fb6c0");               // setcc al; movzx eax, al
    return;
  }
  init_label(&no);
  init_label(&end);
  branch(n, 0, &no);
  load_number(RAX, 1);
  jump(ALWAYS, &end);
  put_label(&no);
  load_number(RAX, 0);
  put_label(&end);
}

// The address of an object -> rcx; rax is kept.
void generate_destination(struct Node *to) {
  if (to->op != N_DEREF) {
    load_address(RCX, to, RAX);
  } else if (is_simple(to->left)) {
    load_simple(to->left, RCX);
    if (to->value) load_address(RCX, to, RCX);
  } else {
    push(RAX);
    generate(to->left);
    load_address(RCX, to, RAX);
    pop(RAX);
  }
}

void generate_assign(struct Node *n) {
  struct Node *to = n->left;
  struct Node *from = n->right;
  if (n->type->kind == TY_STRUCT) {
    generate(from);
    generate_destination(to);
    copy_struct(n->type->size);
    return;
  }
  if (to->op != N_DEREF) {
    generate(from);
  } else if (is_simple(to->left)) {
    generate(from);
    load_simple(to->left, RCX);
  } else if (is_simple(from)) {
    generate(to->left);
    bytes("4889c1");
    load_simple(from, RAX);
  } else {
    generate(to->left);
    push(RAX);
    generate(from);
    pop(RCX);
  }
  if (is_float(n->type)) {
    store_float(to, RCX);
    load_float(to, RCX);
  } else {
    store(to);
  }
}

long words_of(struct Type *type) {
  return round_up(type->size, 8) / 8;
}

void generate_argument(struct Node *a) {
  if (is_float(a->type)) {
    generate(a);
    move_rsp(-words_of(a->type));
    byte(a->type->kind == TY_FLOAT ? 0xd9 : a->type->kind == TY_DOUBLE ? 0xdd : 0xdb);
    byte(a->type->kind == TY_LONG_DOUBLE ? 0x3c : 0x1c);
    byte(0x24);                      // fstp [rsp]
  } else if (a->type->kind == TY_STRUCT) {
    generate(a);
    move_rsp(-words_of(a->type));
    bytes("4889e1");                 // mov rcx, rsp
    copy_struct(a->type->size);
  } else {
    generate(a);
    push(RAX);
  }
}

char *argument_registers[] = { "488b7c24", "488b7424", "488b5424", "488b4c24", "4c8b4424", "4c8b4c24" };

void generate_call(struct Node *n) {
  struct Node *a;
  struct Node result;
  long words = n->type->kind == TY_STRUCT;
  long i;
  for (a = n->right; a; a = a->next) words += words_of(a->type);
  if (depth + words & 1) {
    move_rsp(-1);
    words++;
  }
  for (a = n->right; a; a = a->next) generate_argument(a);
  if (n->type->kind == TY_STRUCT) {
    result.op = N_LOCAL;
    result.value = n->value;
    load_address(RAX, &result, RBP);
    push(RAX);
  }
  if (n->left->type->kind == TY_FUNCTION) {
    byte(0xe8);
    if (n->left->object->used_at == 0) n->left->object->used_at = n->at;
    relocate(IN_TEXT, text_size, -4, n->left->object, 0);
    int32(0);
  } else {
    generate(n->left);
    bytes("4989c3");                 // mov r11, rax
    for (i = 0; i < 6 && i < words; i++) {
      bytes(argument_registers[i]);
      byte(i * 8);
    }
    bytes("31c041ffd3");             // xor eax, eax; call r11
    if (is_integer(n->type)) widen(ty_int, n->type->kind == TY_BOOL ? ty_unsigned_char : n->type->size < 4 ? n->type : ty_int, RAX);
  }
  move_rsp(words);
}

void generate_syscall(struct Node *n) {
  struct Node *a;
  for (a = n->right; a; a = a->next) generate_argument(a);
  pop(RAX);
  pop(RDI);
  pop(RSI);
  pop(RDX);
  pop(R10);
  pop(R8);
  pop(R9);
  bytes("0f05");
}

void generate_setjmp(struct Node *n) {
  generate(n->right);
  bytes("488928");                   // mov [rax], rbp
  bytes("48896008");                 // mov [rax + 8], rsp
  bytes("488d0d06000000");           // lea rcx, [behind]
  bytes("48894810");                 // mov [rax + 16], rcx
  bytes("31c0");                     // xor eax, eax
}

void generate_longjmp(struct Node *n) {
  generate_operands(n->right->next, n->right);
  bytes("85c97502ffc1");             // test ecx, ecx; jnz +2; inc ecx
  bytes("488b28");                   // mov rbp, [rax]
  bytes("488b6008");                 // mov rsp, [rax + 8]
  bytes("488b5010");                 // mov rdx, [rax + 16]
  bytes("89c8ffe2");                 // mov eax, ecx; jmp rdx
}

void generate_condition(struct Node *n) {
  struct Label no;
  struct Label end;
  init_label(&no);
  init_label(&end);
  branch(n->left, 0, &no);
  generate(n->right);
  jump(ALWAYS, &end);
  put_label(&no);
  generate(n->third);
  put_label(&end);
}

void generate_cast(struct Node *n) {
  if (n->type->kind == TY_VOID) {
    generate_void(n->left);
    return;
  }
  generate(n->left);
  if (is_float(n->type) || is_float(n->left->type)) float_convert(n->left->type, n->type);
  else widen(n->left->type, n->type, RAX);
}

void generate(struct Node *n) {
  if (is_simple(n)) {
    load_simple(n, RAX);
    return;
  }
  switch (n->op) {
  case N_FLOAT: float_constant(n); break;
  case N_LOCAL:
  case N_GLOBAL:
    if (is_float(n->type)) load_float(n, RAX);
    else load(n, RAX, RAX);
    break;
  case N_DEREF:
    if (n->type->kind == TY_VOID) {
      generate_void(n->left);
      break;
    }
    generate(n->left);
    if (is_float(n->type)) load_float(n, RAX);
    else if (is_scalar(n->type)) load(n, RAX, RAX);
    else if (n->value) load_address(RAX, n, RAX);
    break;
  case N_CAST: generate_cast(n); break;
  case N_NEGATE:
  case N_COMPLEMENT:
    generate(n->left);
    if (is_float(n->type)) {
      bytes("d9e0");                 // fchs
    } else {
      byte(0x48);
      byte(0xf7);
      byte(n->op == N_NEGATE ? 0xd8 : 0xd0);
    }
    break;
  case N_NOT: case T_AND: case T_OR: case '<': case T_LE: case T_EQ: case T_NE: generate_truth(n); break;
  case N_COMMA:
    generate_void(n->left);
    generate(n->right);
    break;
  case N_ASSIGN: generate_assign(n); break;
  case N_CLEAR: clear_local(n->value, n->exponent); break;
  case N_CONDITION: generate_condition(n); break;
  case N_CALL: generate_call(n); break;
  case N_SYSCALL: generate_syscall(n); break;
  case N_SETJMP: generate_setjmp(n); break;
  case N_LONGJMP: generate_longjmp(n); break;
  default:
    if (is_float(n->type)) {
      generate_operands(n->left, n->right);
      float_arithmetic(n);
    } else if (takes_number(n)) {
      generate(n->left);
      arithmetic_number(n, n->right->value);
    } else {
      generate_operands(n->left, n->right);
      arithmetic(n);
    }
  }
}

// Only for what it does.
void generate_void(struct Node *n) {
  switch (n->op) {
  case N_ASSIGN: case N_CLEAR: case N_CONDITION: case N_CALL: case N_SYSCALL: case N_SETJMP: case N_LONGJMP: case T_AND: case T_OR:
    generate(n);
    if (is_float(n->type)) bytes("ddd8");   // fstp st0
    break;
  default:
    if (n->left) generate_void(n->left);
    if (n->right) generate_void(n->right);
  }
}
