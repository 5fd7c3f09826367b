// Types and their layout, as gcc lays them out on x86-64.

struct Type *new_type(long kind, long size, long align) {
  struct Type *t = allocate(sizeof(struct Type));
  t->kind = kind;
  t->size = size;
  t->align = align;
  return t;
}

struct Type *new_integer(long kind, long size, long is_unsigned) {
  struct Type *t = new_type(kind, size, size);
  t->is_unsigned = is_unsigned;
  return t;
}

void make_types(void) {
  ty_void = new_type(TY_VOID, 1, 1);
  ty_bool = new_integer(TY_BOOL, 1, 1);
  ty_char = new_integer(TY_CHAR, 1, char_is_unsigned);
  ty_signed_char = new_integer(TY_CHAR, 1, 0);
  ty_unsigned_char = new_integer(TY_CHAR, 1, 1);
  ty_short = new_integer(TY_SHORT, 2, 0);
  ty_unsigned_short = new_integer(TY_SHORT, 2, 1);
  ty_int = new_integer(TY_INT, 4, 0);
  ty_unsigned = new_integer(TY_INT, 4, 1);
  ty_long = new_integer(TY_LONG, 8, 0);
  ty_unsigned_long = new_integer(TY_LONG, 8, 1);
  ty_float = new_type(TY_FLOAT, 4, 4);
  ty_double = new_type(TY_DOUBLE, 8, 8);
  ty_long_double = new_type(TY_LONG_DOUBLE, 16, 16);
}

struct Type *pointer_to(struct Type *base) {
  struct Type *t = base->pointer;
  if (t) return t;
  t = new_integer(TY_POINTER, 8, 1);
  t->base = base;
  base->pointer = t;
  return t;
}

struct Type *array_of(struct Type *base, long count) {
  struct Type *t = new_type(TY_ARRAY, count < 0 ? -1 : base->size * count, base->align);
  t->base = base;
  t->count = count;
  return t;
}

struct Type *function_of(struct Type *result) {
  struct Type *t = new_type(TY_FUNCTION, 1, 1);
  t->base = result;
  return t;
}

long is_integer(struct Type *t) {
  return t->kind >= TY_BOOL && t->kind <= TY_LONG;
}

long is_float(struct Type *t) {
  return t->kind >= TY_FLOAT && t->kind <= TY_LONG_DOUBLE;
}

long is_scalar(struct Type *t) {
  return t->kind >= TY_BOOL && t->kind <= TY_POINTER;
}

long is_signed(struct Type *t) {
  return is_integer(t) && !t->is_unsigned;
}

// Whether one declaration may follow the other.
long same_type(struct Type *a, struct Type *b) {
  struct Parameter *p = a->parameters;
  struct Parameter *q = b->parameters;
  if (a == b) return 1;
  if (a->kind != b->kind || a->is_unsigned != b->is_unsigned) return 0;
  if (a->kind == TY_STRUCT) return 0;
  if (a->kind == TY_ARRAY && a->count >= 0 && b->count >= 0 && a->count != b->count) return 0;
  if (a->kind == TY_FUNCTION && !a->has_no_prototype && !b->has_no_prototype) {
    if (a->is_variadic != b->is_variadic) return 0;
    for (; p && q; p = p->next) {
      if (!same_type(p->type, q->type)) return 0;
      q = q->next;
    }
    if (p || q) return 0;
  }
  return a->base == 0 || same_type(a->base, b->base);
}

void need_complete(struct Type *t, struct Token *at) {
  if (t->size < 0 || t->kind == TY_FUNCTION || t->kind == TY_VOID) fail(at, "this type has no size here");
}

// A value as the type holds it, extended to 64 bits.
long wrap(struct Type *t, long value) {
  long bits = t->size * 8;
  long mask;
  if (t->size >= 8 || !is_integer(t)) return value;
  if (t->kind == TY_BOOL) return value != 0;
  mask = ((long)1 << bits) - 1;
  value = value & mask;
  if (!t->is_unsigned && value >> (bits - 1)) value = value - mask - 1;
  return value;
}

long round_up(long n, long to) {
  return (n + to - 1) / to * to;
}

// Gives the members of a structure or union their places. A bit-field lies within one unit of its type, unless packed.
void lay_out(struct Type *t, long packed) {
  struct Member *m;
  long bits = 0;       // where the next member may begin
  long most = 0;
  long unit;
  long align;
  for (m = t->members; m; m = m->next) {
    if (t->is_union) bits = 0;
    unit = m->type->size * 8;
    align = packed ? 1 : m->type->align;
    if (m->bit_width) {
      if (m->bit_width < 0) {          // ":0" ends the unit
        bits = round_up(bits, unit);
        continue;
      }
      if (!packed && bits / unit != (bits + m->bit_width - 1) / unit) bits = round_up(bits, unit);
      m->offset = bits / unit * m->type->size;
      m->bit_at = bits % unit;
      if (m->bit_at + m->bit_width > unit) {   // packed: a unit that begins at any byte
        m->offset = bits / 8;
        m->bit_at = bits % 8;
        if (m->bit_at + m->bit_width > unit) fail(tok, "a packed bit-field that spans two units is not supported");
      }
      bits += m->bit_width;
      if (m->name && align > t->align) t->align = align;
    } else {
      bits = round_up(bits, 8 * align);
      m->offset = bits / 8;
      bits += unit;
      if (align > t->align) t->align = align;
    }
    if (bits > most) most = bits;
  }
  t->size = round_up(round_up(most, 8) / 8, t->align);
}

// A member, also of an anonymous member; offset is added up.
struct Member *find_member(struct Type *t, struct Ident *name, long *offset) {
  struct Member *m;
  struct Member *found;
  long inner;
  for (m = t->members; m; m = m->next) {
    if (m->name == name) {
      *offset += m->offset;
      return m;
    }
    if (m->name == 0 && m->type->kind == TY_STRUCT) {
      inner = *offset + m->offset;
      found = find_member(m->type, name, &inner);
      if (found) {
        *offset = inner;
        return found;
      }
    }
  }
  return 0;
}
