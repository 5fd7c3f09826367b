// Typed nodes. What is constant is computed at once, and each object keeps the form N_LOCAL, N_GLOBAL or N_DEREF.

struct Node *new_node(long op, struct Type *type, struct Token *at) {
  struct Node *n = allocate(sizeof(struct Node));
  n->op = op;
  n->type = type;
  n->at = at;
  return n;
}

struct Node *copy_node(struct Node *n, struct Type *type) {
  struct Node *copy = allocate(sizeof(struct Node));
  copy_bytes((char *)copy, (char *)n, sizeof(struct Node));
  copy->type = type;
  return copy;
}

struct Node *pair(long op, struct Type *type, struct Node *a, struct Node *b, struct Token *at) {
  struct Node *n = new_node(op, type, at);
  n->left = a;
  n->right = b;
  return n;
}

struct Node *number(long value, struct Type *type, struct Token *at) {
  struct Node *n = new_node(N_NUMBER, type, at);
  n->value = wrap(type, value);
  return n;
}

struct Node *local_node(long offset, struct Type *type, struct Token *at) {
  struct Node *n = new_node(N_LOCAL, type, at);
  n->value = offset;
  return n;
}

struct Node *global_node(struct Object *o, long offset, struct Type *type, struct Token *at) {
  struct Node *n = new_node(N_GLOBAL, type, at);
  n->object = o;
  n->value = offset;
  return n;
}

long is_object(struct Node *n) {
  return n->op == N_LOCAL || n->op == N_GLOBAL || n->op == N_DEREF;
}

long fits_32(long n) {
  return n >= -2147483647 - 1 && n <= 2147483647;
}

// ---- addresses

// pointer + offset bytes, with the given type
struct Node *move_pointer(struct Node *pointer, long offset, struct Type *type) {
  struct Node *n;
  if (pointer->op == N_NUMBER) return number(pointer->value + offset, type, pointer->at);
  if (pointer->op == N_ADDRESS && fits_32(pointer->left->value + offset)) {
    n = copy_node(pointer, type);
    n->left = copy_node(pointer->left, pointer->left->type);
    n->left->value += offset;
    return n;
  }
  if (pointer->op == '+' && pointer->right->op == N_NUMBER) {
    offset += pointer->right->value;
    pointer = pointer->left;
  }
  if (offset == 0) return pair(N_CAST, type, pointer, 0, pointer->at);
  return pair('+', type, pointer, number(offset, ty_long, pointer->at), pointer->at);
}

struct Node *address_of(struct Node *n, struct Token *at) {
  struct Type *type = pointer_to(n->type);
  if (n->op == N_COMMA) return comma(n->left, address_of(n->right, at));
  if (!is_object(n)) fail(at, "expected an object, for its address is needed");
  if (n->bit_width) fail(at, "a bit-field has no address");
  if (n->op == N_DEREF) return move_pointer(n->left, n->value, type);
  return pair(N_ADDRESS, type, n, 0, at);
}

// *n, which n->type->base describes
struct Node *deref(struct Node *n, struct Token *at) {
  struct Type *type = n->type->base;
  struct Node *object;
  if (n->type->kind != TY_POINTER) fail(at, "expected a pointer");
  if (n->op == N_ADDRESS) {
    object = copy_node(n->left, type);
    object->bit_width = 0;
    return object;
  }
  while (n->op == N_CAST && n->left->type->kind == TY_POINTER) n = n->left;
  object = pair(N_DEREF, type, n, 0, at);
  if (n->op == '+' && n->right->op == N_NUMBER && fits_32(n->right->value)) {
    object->left = n->left;
    object->value = n->right->value;
  }
  return object;
}

// The member m of the structure n, which lies offset bytes inside.
struct Node *member_of(struct Node *n, struct Member *m, long offset, struct Token *at) {
  struct Node *object;
  if (is_object(n)) object = copy_node(n, m->type);
  else object = pair(N_DEREF, m->type, n, 0, at);
  object->value += offset;
  object->bit_width = m->bit_width;
  object->bit_at = m->bit_at;
  object->at = at;
  return object;
}

// Arrays and functions become pointers.
struct Node *value_of(struct Node *n) {
  struct Node *a;
  if (n->type->kind == TY_FUNCTION) return address_of(n, n->at);
  if (n->type->kind != TY_ARRAY) return n;
  a = address_of(n, n->at);
  return copy_node(a, pointer_to(n->type->base));
}

// ---- conversions

struct Node *float_node(struct Type *type, long sign, struct Token *at) {
  struct Node *n = new_node(N_FLOAT, type, at);
  round_float(type->kind);
  n->value = number_value;
  n->exponent = number_exponent;
  n->sign = sign;
  return n;
}

struct Node *cast_float_constant(struct Node *n, struct Type *type) {
  long value = 0;
  number_value = n->value;
  number_exponent = n->exponent;
  number_guard = 0;
  number_sticky = 0;
  if (is_float(type)) return float_node(type, n->sign, n->at);
  if (type->kind == TY_BOOL) return number(n->value != 0, type, n->at);
  if (n->value && n->exponent > -64) value = number_value >> -n->exponent;
  return number(n->sign ? -value : value, type, n->at);
}

struct Node *cast(struct Node *n, struct Type *type) {
  struct Type *from = n->type;
  long negative;
  if (from == type && n->bit_width == 0) return n;
  if (type->kind != TY_VOID) {
    if (!is_scalar(from) || !is_scalar(type)) fail(n->at, "this conversion is impossible");
    if (is_float(from) && type->kind == TY_POINTER || is_float(type) && from->kind == TY_POINTER)
      fail(n->at, "a pointer cannot be converted from or to a floating type");
    if (n->op == N_NUMBER) {
      if (!is_float(type)) return number(n->value, type, n->at);
      negative = is_signed(from) && n->value < 0;
      round_integer(negative ? 0 - (unsigned long)n->value : n->value);
      return float_node(type, negative, n->at);
    }
    if (n->op == N_FLOAT && (is_float(type) || n->exponent <= 0)) return cast_float_constant(n, type);
    if (n->op == N_ADDRESS && type->size == 8 && !is_float(type)) return copy_node(n, type);
  }
  return pair(N_CAST, type, n, 0, n->at);
}

// The conversion in an assignment, a call or a return.
struct Node *assign_cast(struct Node *n, struct Type *type, struct Token *at) {
  n = value_of(n);
  if (type->kind == TY_STRUCT) {
    if (n->type != type) fail(at, "expected a value of the same structure");
    return n;
  }
  if (!is_scalar(n->type)) fail(at, "expected a number or a pointer");
  if (n->type->kind == TY_POINTER && is_integer(type) && type->size < 8 && type->kind != TY_BOOL)
    fail(at, "a pointer does not fit into this type (a cast would allow it)");
  return cast(n, type);
}

struct Node *promote(struct Node *n) {
  n = value_of(n);
  if (n->bit_width) {
    if (n->bit_width < 32 || n->bit_width == 32 && !n->type->is_unsigned) return cast(n, ty_int);
    if (n->bit_width == 32) return cast(n, ty_unsigned);
    return cast(n, n->type);
  }
  if (is_integer(n->type) && n->type->kind < TY_INT) return cast(n, ty_int);
  return n;
}

struct Type *common_type(struct Type *a, struct Type *b) {
  if (is_float(a) || is_float(b)) return a->kind > b->kind ? a : b;
  if (a->size != b->size) return a->size > b->size ? a : b;
  return a->is_unsigned ? a : b;
}

// ---- operators

struct Node *comma(struct Node *a, struct Node *b) {
  return pair(N_COMMA, b->type, a, b, a->at);
}

struct Node *fold_integers(long op, struct Type *type, struct Node *left, struct Node *right, struct Token *at) {
  struct Type *operands = left->type;
  long a = left->value;
  long b = right->value;
  unsigned long ua = a;
  unsigned long ub = b;
  long r = 0;
  long is_unsigned = operands->is_unsigned;
  switch (op) {
  case '+': r = ua + ub; break;
  case '-': r = ua - ub; break;
  case '*': r = ua * ub; break;
  case '/':
    if (b == 0) return 0;
    if (is_unsigned) r = ua / ub;
    else r = b == -1 ? 0 - ua : a / b;
    break;
  case '%':
    if (b == 0) return 0;
    if (is_unsigned) r = ua % ub;
    else r = b == -1 ? 0 : a % b;
    break;
  case '&': r = a & b; break;
  case '|': r = a | b; break;
  case '^': r = a ^ b; break;
  case T_SHL:
    if (b < 0 || b >= operands->size * 8) return 0;
    r = ua << b;
    break;
  case T_SHR:
    if (b < 0 || b >= operands->size * 8) return 0;
    if (is_unsigned) r = ua >> b;
    else r = a >> b;
    break;
  case '<': r = is_unsigned ? ua < ub : a < b; break;
  case T_LE: r = is_unsigned ? ua <= ub : a <= b; break;
  case T_EQ: r = a == b; break;
  case T_NE: r = a != b; break;
  }
  return number(r, type, at);
}

long is_comparison(long op) {
  return op == '<' || op == T_LE || op == T_EQ || op == T_NE;
}

struct Node *pointer_arithmetic(long op, struct Node *a, struct Node *b, struct Token *at) {
  struct Type *type = a->type;
  long size;
  if (op == '+' && b->type->kind == TY_POINTER) return pointer_arithmetic(op, b, a, at);
  if (type->kind != TY_POINTER || op != '+' && op != '-') fail(at, "these operands do not suit this operator");
  size = type->base->size;
  if (size < 0) fail(at, "the size of what this points to is not known");
  if (b->type->kind == TY_POINTER) {
    if (op != '-' || size == 0) fail(at, "these operands do not suit this operator");
    return binary('/', binary('-', cast(a, ty_long), cast(b, ty_long), at), number(size, ty_long, at), at);
  }
  if (!is_integer(b->type)) fail(at, "these operands do not suit this operator");
  b = binary('*', cast(b, ty_long), number(size, ty_long, at), at);
  if (b->op == N_NUMBER) return move_pointer(a, op == '+' ? b->value : -b->value, type);
  return pair(op, type, a, b, at);
}

struct Node *binary(long op, struct Node *a, struct Node *b, struct Token *at) {
  struct Type *type;
  struct Node *swap;
  a = promote(a);
  b = promote(b);
  if (!is_scalar(a->type) || !is_scalar(b->type)) fail(at, "these operands do not suit this operator");
  if (op == '>' || op == T_GE) {
    op = op == '>' ? '<' : T_LE;
    swap = a;
    a = b;
    b = swap;
  }
  if (a->type->kind == TY_POINTER || b->type->kind == TY_POINTER) {
    if (!is_comparison(op)) return pointer_arithmetic(op, a, b, at);
    a = cast(a, ty_unsigned_long);
    b = cast(b, ty_unsigned_long);
  }
  type = common_type(a->type, b->type);
  if (is_float(type) && op != '+' && op != '-' && op != '*' && op != '/' && !is_comparison(op))
    fail(at, "this operator needs integers");
  if (op == T_SHL || op == T_SHR) type = a->type;
  a = cast(a, type);
  b = cast(b, op == T_SHL || op == T_SHR ? ty_long : type);
  if ((op == '+' || op == '*' || op == '&' || op == '|' || op == '^') && a->op == N_NUMBER) {
    swap = a;
    a = b;
    b = swap;
  }
  if (is_comparison(op)) type = ty_int;
  if (a->op == N_NUMBER && b->op == N_NUMBER) {
    swap = fold_integers(op, type, a, b, at);
    if (swap) return swap;
  }
  if (b->op == N_NUMBER && a->op == N_ADDRESS && (op == '+' || op == '-')) return move_pointer(a, op == '+' ? b->value : -b->value, type);
  return pair(op, type, a, b, at);
}

struct Node *condition(struct Node *n) {
  n = value_of(n);
  if (!is_scalar(n->type)) fail(n->at, "expected a number or a pointer");
  return n->bit_width ? promote(n) : n;
}

// Whether a constant is known to be true (1) or false (0); -1 if it is not a constant.
long truth(struct Node *n) {
  if (n->op == N_NUMBER || n->op == N_FLOAT) return n->value != 0;
  return n->op == N_ADDRESS ? 1 : -1;
}

// && and ||
struct Node *logical(long op, struct Node *a, struct Node *b, struct Token *at) {
  a = condition(a);
  b = condition(b);
  if (truth(a) == (op == T_OR)) return number(op == T_OR, ty_int, at);
  if (truth(a) >= 0 && truth(b) >= 0) return number(truth(b), ty_int, at);
  return pair(op, ty_int, a, b, at);
}

struct Node *unary(long op, struct Node *n, struct Token *at) {
  if (op == '!') {
    n = condition(n);
    if (truth(n) >= 0) return number(!truth(n), ty_int, at);
    return pair(N_NOT, ty_int, n, 0, at);
  }
  n = promote(n);
  if (!is_integer(n->type) && !(is_float(n->type) && op != '~')) fail(at, "this operand does not suit this operator");
  if (op == '+') return is_object(n) ? pair(N_CAST, n->type, n, 0, at) : n;
  if (n->op == N_NUMBER) return number(op == '-' ? 0 - (unsigned long)n->value : ~n->value, n->type, at);
  if (n->op == N_FLOAT) {
    n = copy_node(n, n->type);
    n->sign = !n->sign;
    return n;
  }
  return pair(op == '-' ? N_NEGATE : N_COMPLEMENT, n->type, n, 0, at);
}

// which ? a : b
struct Node *pick(struct Node *which, struct Node *a, struct Node *b, struct Token *at) {
  struct Node *n;
  struct Type *type;
  which = condition(which);
  a = value_of(a);
  b = value_of(b);
  type = a->type;
  if (is_scalar(a->type) && is_scalar(b->type)) {
    a = promote(a);
    b = promote(b);
    type = a->type;
    if (a->type->kind == TY_POINTER || b->type->kind == TY_POINTER) {
      if (a->op == N_NUMBER && a->value == 0 || type->kind != TY_POINTER) type = b->type;
      else if (b->type->kind == TY_POINTER && b->type->base->kind == TY_VOID && b->op != N_NUMBER) type = b->type;
    } else {
      type = common_type(a->type, b->type);
    }
    a = cast(a, type);
    b = cast(b, type);
  } else if (a->type->kind == TY_VOID || b->type->kind == TY_VOID) {
    type = ty_void;
  } else if (a->type != b->type) {
    fail(at, "expected two values of the same type around ':'");
  }
  if (truth(which) >= 0) return truth(which) ? a : b;
  n = pair(N_CONDITION, type, which, a, at);
  n->third = b;
  return n;
}

struct Node *assign(struct Node *to, struct Node *from, struct Token *at) {
  if (!is_object(to) || to->type->kind == TY_ARRAY || to->type->kind == TY_FUNCTION) fail(at, "expected a variable on the left");
  return pair(N_ASSIGN, to->type, to, assign_cast(from, to->type, at), at);
}

// An object that can be used twice: if its address takes computing, *setup puts that into a variable first.
struct Node *use_twice(struct Node *n, struct Node **setup, struct Token *at) {
  struct Node *pointer;
  *setup = 0;
  if (!is_object(n)) fail(at, "expected a variable here");
  if (n->op != N_DEREF || is_simple(n->left)) return n;
  pointer = local_node(new_local(ty_unsigned_long, 8), ty_unsigned_long, at);
  *setup = pair(N_ASSIGN, ty_unsigned_long, pointer, n->left, at);
  n = copy_node(n, n->type);
  n->left = pointer;
  return n;
}

// to op= by
struct Node *compound(long op, struct Node *to, struct Node *by, struct Token *at) {
  struct Node *setup;
  struct Node *n;
  to = use_twice(to, &setup, at);
  n = assign(to, binary(op, to, by, at), at);
  return setup ? comma(setup, n) : n;
}

// n++ or n--. Where it can be computed back, the old value is (n += 1) - 1.
struct Node *step_after(struct Node *n, long op, struct Token *at) {
  struct Type *type = n->type;
  struct Node *one = number(1, ty_int, at);
  struct Node *setup;
  struct Node *old;
  if (!is_float(type) && type->kind != TY_BOOL && n->bit_width == 0)
    return cast(binary(op == '+' ? '-' : '+', compound(op, n, one, at), one, at), type);
  old = local_node(new_local(type, 8), type, at);
  n = use_twice(n, &setup, at);
  n = comma(assign(old, n, at), comma(assign(n, binary(op, n, one, at), at), old));
  return setup ? comma(setup, n) : n;
}
