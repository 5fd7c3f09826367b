// Tokens -> nodes: the grammar of expressions.

void next(void) {
  if (tok->kind != T_END) tok = tok->next;
}

char *spelling(struct Token *t) {
  if (t->kind == T_END) return in_directive ? "end of line" : "end of file";
  return intern(t->text, t->length)->name;
}

long accept(long kind) {
  if (tok->kind != kind) return 0;
  next();
  return 1;
}

void expect(long kind) {
  char message[24];
  if (tok->kind != kind) {
    copy_bytes(message, "expected '.', found", 20);
    message[10] = kind;
    fail_name(tok, join(message, ""), spelling(tok));
  }
  next();
}

// The keyword at hand, or 0.
long keyword(void) {
  return tok->kind == T_IDENT ? tok->ident->keyword : 0;
}

struct Node *read_call(struct Node *callee, struct Token *at) {
  struct Type *type = callee->type;
  struct Node *call;
  struct Node *a;
  struct Parameter *p;
  if (type->kind == TY_POINTER && type->base->kind == TY_FUNCTION) {
    type = type->base;
  } else if (type->kind != TY_FUNCTION) {
    fail(at, "expected a function before '('");
  } else if (callee->op != N_GLOBAL) {
    callee = value_of(callee);
  }
  call = new_node(N_CALL, type->base, at);
  call->left = callee;
  p = type->parameters;
  while (tok->kind != ')') {
    if (call->right) expect(',');
    a = value_of(read_assignment());
    if (p) {
      a = assign_cast(a, p->type, a->at);
      p = p->next;
    } else {
      if (!type->is_variadic && !type->has_no_prototype) fail(tok, "too many arguments in this call");
      if (a->type->kind == TY_VOID) fail(tok, "an argument cannot be void");
      if (a->type->kind == TY_FLOAT) a = cast(a, ty_double);
      if (is_integer(a->type)) a = promote(a);
    }
    if (a->next) a = copy_node(a, a->type);
    a->next = call->right;
    call->right = a;
  }
  expect(')');
  if (p) fail(at, "too few arguments in this call");
  if (type->base->kind == TY_STRUCT) {
    need_complete(type->base, at);
    call->value = new_local(type->base, 8);
  }
  return call;
}

// Arguments of something built in, each converted to the type; count of them. The last comes first.
struct Node *read_builtin(long op, struct Type *result, struct Type *type, long count) {
  struct Node *n = new_node(op, result, tok);
  struct Node *a;
  next();
  expect('(');
  for (; count; count--) {
    a = cast(value_of(read_assignment()), type);
    a = copy_node(a, type);
    a->next = n->right;
    n->right = a;
    if (count > 1) expect(',');
  }
  expect(')');
  return n;
}

struct Node *read_va_start(struct Token *at) {
  struct Node *list;
  next();
  expect('(');
  list = read_assignment();
  expect(',');
  read_assignment();
  expect(')');
  if (!function_type->is_variadic) fail(at, "this function has no variable arguments");
  return assign(list, address_of(local_node(variadic_at, ty_char, at), at), at);
}

struct Node *read_va_arg(struct Token *at) {
  struct Node *list;
  struct Node *size;
  struct Type *type;
  next();
  expect('(');
  list = read_assignment();
  expect(',');
  type = read_type_name();
  expect(')');
  need_complete(type, at);
  if (type->kind == TY_FLOAT || is_integer(type) && type->kind < TY_INT) fail(at, "an argument never has this type, for it is promoted");
  size = number(round_up(type->size, 8), ty_long, at);
  list = binary('-', compound('+', list, size, at), size, at);
  return deref(cast(list, pointer_to(type)), at);
}

struct Node *read_va_copy(struct Token *at) {
  struct Node *to;
  struct Node *from;
  next();
  expect('(');
  to = read_assignment();
  expect(',');
  from = read_assignment();
  expect(')');
  return assign(to, from, at);
}

struct Node *read_name(struct Token *at) {
  struct Symbol *s = at->ident->symbol;
  long k = at->ident->keyword;
  struct Object *o;
  if (in_directive) {
    next();
    return number(0, ty_long, at);
  }
  if (k == K_SYSCALL) return read_builtin(N_SYSCALL, ty_long, ty_long, 7);
  if (k == K_SETJMP) return read_builtin(N_SETJMP, ty_int, pointer_to(ty_long), 1);
  if (k == K_LONGJMP) return read_builtin(N_LONGJMP, ty_void, ty_long, 2);
  if (k == K_VA_START) return read_va_start(at);
  if (k == K_VA_ARG) return read_va_arg(at);
  if (k == K_VA_COPY) return read_va_copy(at);
  if (k == K_VA_END) return cast(read_builtin(N_COMMA, ty_void, ty_long, 1)->right, ty_void);
  next();
  if (k == K_FUNC && function_name) {
    o = bytes_object(function_name->name, function_name->length + 1);
    return global_node(o, 0, o->type, at);
  }
  if (k) fail_name(at, "expected an expression, found", spelling(at));
  if (s == 0) fail_name(at, "this name is not declared:", spelling(at));
  if (s->kind == S_CONSTANT) return number(s->value, s->type, at);
  if (s->kind == S_LOCAL) return local_node(s->value, s->type, at);
  if (s->kind == S_TYPEDEF) fail_name(at, "expected an expression, found the type", spelling(at));
  return global_node(s->object, 0, s->type, at);
}

struct Node *read_primary(void) {
  struct Token *at = tok;
  struct Node *n;
  char *s;
  long length;
  if (accept('(')) {
    n = read_expression();
    expect(')');
    return n;
  }
  if (at->kind == T_NUMBER) {
    next();
    read_number(at);
    n = number(number_value, number_type, at);
    if (!is_float(number_type)) return n;
    if (in_directive) fail(at, "#if needs integers");
    n->op = N_FLOAT;
    n->exponent = number_exponent;
    return n;
  }
  if (at->kind == T_CHARACTER) {
    next();
    return number(character_value(at), ty_int, at);
  }
  if (at->kind == T_STRING && !in_directive) {
    s = read_strings(&length);
    return global_node(bytes_object(s, length + 1), 0, array_of(ty_char, length + 1), at);
  }
  if (at->kind != T_IDENT) fail_name(at, "expected an expression, found", spelling(at));
  return read_name(at);
}

struct Node *read_member(struct Node *n, struct Token *at) {
  struct Member *m;
  long offset = 0;
  if (n->type->kind != TY_STRUCT) fail(at, "expected a structure");
  if (tok->kind != T_IDENT) fail(tok, "expected the name of a member");
  m = find_member(n->type, tok->ident, &offset);
  if (m == 0) fail_name(tok, "the structure has no member", spelling(tok));
  next();
  return member_of(n, m, offset, at);
}

struct Node *read_postfix(struct Node *n) {
  struct Token *at;
  struct Node *index;
  for (;;) {
    at = tok;
    if (accept('[')) {
      index = read_expression();
      expect(']');
      n = deref(binary('+', n, index, at), at);
    } else if (accept('(')) {
      n = read_call(n, at);
    } else if (accept('.')) {
      n = read_member(n, at);
    } else if (accept(T_ARROW)) {
      n = read_member(deref(value_of(n), at), at);
    } else if (accept(T_INCREMENT)) {
      n = step_after(n, '+', at);
    } else if (accept(T_DECREMENT)) {
      n = step_after(n, '-', at);
    } else {
      return n;
    }
  }
}

// (type){ ... }: an object on the stack.
struct Node *read_literal(struct Type *type) {
  struct Symbol *s = allocate(sizeof(struct Symbol));
  struct Node *n;
  struct Token *at = tok;
  if (scope == 0) fail(tok, "a compound literal outside of functions is not supported");
  s->type = type;
  if (type->size >= 0) s->value = new_local(type, 8);
  n = initialise_local(s);
  need_complete(s->type, at);
  return comma(n, local_node(s->value, s->type, at));
}

struct Node *read_unary(void);

struct Node *read_sizeof(struct Token *at) {
  struct Type *type;
  struct Node *n;
  long is_align = keyword() == K_ALIGNOF;
  next();
  if (tok->kind == '(' && starts_type(tok->next)) {
    next();
    type = read_type_name();
    expect(')');
    if (tok->kind == '{') type = read_postfix(read_literal(type))->type;
  } else {
    n = read_unary();
    if (n->bit_width) fail(at, "a bit-field has no size in bytes");
    type = n->type;
  }
  if (type->size < 0) fail(at, "the size of this type is not known");
  return number(is_align ? type->align : type->size, ty_unsigned_long, at);
}

struct Node *read_unary(void) {
  struct Token *at = tok;
  struct Type *type;
  struct Node *n;
  long k = in_directive ? 0 : keyword();
  if (k == K_SIZEOF || k == K_ALIGNOF) return read_sizeof(at);
  if (k == K_EXTENSION) {
    next();
    return read_unary();
  }
  if (at->kind == '(' && !in_directive && starts_type(at->next)) {
    next();
    type = read_type_name();
    expect(')');
    if (tok->kind == '{') return read_postfix(read_literal(type));
    n = value_of(read_unary());
    if (type->kind == TY_STRUCT && n->type == type) return n;
    return cast(n, type);
  }
  if (accept(T_INCREMENT)) return compound('+', read_unary(), number(1, ty_int, at), at);
  if (accept(T_DECREMENT)) return compound('-', read_unary(), number(1, ty_int, at), at);
  if (accept('&')) return address_of(read_unary(), at);
  if (accept('*')) return deref(value_of(read_unary()), at);
  if (at->kind == '-' || at->kind == '+' || at->kind == '~' || at->kind == '!') {
    next();
    return unary(at->kind, read_unary(), at);
  }
  return read_postfix(read_primary());
}

// How strongly a binary operator binds; 0: it is none.
long precedence(long op) {
  switch (op) {
  case '*': case '/': case '%': return 10;
  case '+': case '-': return 9;
  case T_SHL: case T_SHR: return 8;
  case '<': case '>': case T_LE: case T_GE: return 7;
  case T_EQ: case T_NE: return 6;
  case '&': return 5;
  case '^': return 4;
  case '|': return 3;
  case T_AND: return 2;
  case T_OR: return 1;
  }
  return 0;
}

struct Node *read_binary(long least) {
  struct Node *n = read_unary();
  struct Node *right;
  struct Token *at;
  for (;;) {
    at = tok;
    if (precedence(at->kind) < least) return n;
    next();
    right = read_binary(precedence(at->kind) + 1);
    if (at->kind == T_AND || at->kind == T_OR) n = logical(at->kind, n, right, at);
    else n = binary(at->kind, n, right, at);
  }
}

struct Node *read_conditional(void) {
  struct Node *n = read_binary(1);
  struct Node *a;
  struct Token *at = tok;
  if (!accept('?')) return n;
  a = read_expression();
  expect(':');
  return pick(n, a, read_conditional(), at);
}

long assignment_operators[] = {
  T_SHL_ASSIGN, T_SHL, T_SHR_ASSIGN, T_SHR, T_MUL_ASSIGN, '*', T_DIV_ASSIGN, '/', T_MOD_ASSIGN, '%', T_ADD_ASSIGN, '+',
  T_SUB_ASSIGN, '-', T_AND_ASSIGN, '&', T_XOR_ASSIGN, '^', T_OR_ASSIGN, '|', 0
};

struct Node *read_assignment(void) {
  struct Node *n = read_conditional();
  struct Token *at = tok;
  long i;
  if (accept('=')) return assign(n, read_assignment(), at);
  for (i = 0; assignment_operators[i]; i += 2) {
    if (at->kind == assignment_operators[i]) {
      next();
      return compound(assignment_operators[i + 1], n, read_assignment(), at);
    }
  }
  return n;
}

struct Node *read_expression(void) {
  struct Node *n = read_assignment();
  while (accept(',')) n = comma(n, value_of(read_assignment()));
  return n;
}

long read_constant(void) {
  struct Token *at = tok;
  struct Node *n = read_conditional();
  if (n->op != N_NUMBER) fail(at, "expected a constant expression");
  return n->value;
}

// The condition of #if: a list of tokens that ends with T_END.
long evaluate(struct Token *t) {
  struct Token *outer = tok;
  long value;
  tok = t;
  in_directive = 1;
  value = read_constant() != 0;
  if (tok->kind != T_END) fail(t, "expected an integer expression in this directive");
  in_directive = 0;
  tok = outer;
  return value;
}
