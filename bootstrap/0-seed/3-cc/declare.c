// Declarations -> types and symbols.

struct Symbol *symbols;    // the one declared last

void open_scope(void) {
  scope++;
}

void close_scope(void) {
  struct Symbol *s;
  for (s = symbols; s && s->scope == scope; s = s->previous) {
    if (s->is_tag) s->ident->tag = s->outer;
    else s->ident->symbol = s->outer;
  }
  symbols = s;
  scope--;
}

// Forgets what a unit declared, macros too. Identifiers themselves belong to the whole program.
void close_unit(void) {
  struct Ident *p;
  long i;
  scope = 0;
  symbols = 0;
  for (i = 0; i < IDENT_BUCKETS; i++) {
    for (p = idents[i]; p; p = p->next) {
      p->symbol = 0;
      p->tag = 0;
      p->macro = 0;
    }
  }
}

struct Symbol *new_symbol(struct Ident *name, long is_tag, struct Type *type) {
  struct Symbol *s = allocate(sizeof(struct Symbol));
  s->ident = name;
  s->is_tag = is_tag;
  s->type = type;
  s->scope = scope;
  s->previous = symbols;
  symbols = s;
  if (is_tag) {
    s->outer = name->tag;
    name->tag = s;
  } else {
    s->outer = name->symbol;
    name->symbol = s;
  }
  return s;
}

struct Symbol *declare(struct Ident *name, long kind, struct Type *type) {
  struct Symbol *s = name->symbol;
  if (s && s->scope == scope) {
    if (kind == S_TYPEDEF && s->kind == kind && same_type(s->type, type)) return s;
    fail_name(declared_at, "this name is declared twice:", name->name);
  }
  s = new_symbol(name, 0, type);
  s->kind = kind;
  return s;
}

struct Object *new_object(struct Ident *name, struct Type *type) {
  struct Object *o = allocate(sizeof(struct Object));
  o->name = name;
  o->type = type;
  o->next = objects;
  objects = o;
  return o;
}

void place_data(struct Object *o, long section, long size, long align) {
  o->section = section;
  o->size = size;
  if (section == IN_DATA) {
    o->offset = round_up(data_size, align);
    data_size = o->offset + size;
    if (data_size > DATA_LIMIT) stop("there is too much data", 0);
  } else {
    o->offset = round_up(bss_size, align);
    bss_size = o->offset + size;
  }
}

struct Object *bytes_object(char *from, long size) {
  struct Object *o = new_object(0, array_of(ty_char, size));
  place_data(o, IN_DATA, size, 1);
  copy_bytes(data + o->offset, from, size);
  return o;
}

// Reads adjacent strings. The bytes end with a zero, which length does not count.
char *read_strings(long *length) {
  struct Token *t;
  long n = 1;
  char *to;
  char *from;
  for (t = tok; t->kind == T_STRING; t = t->next) n += t->length;
  to = allocate(n);
  n = 0;
  for (; tok->kind == T_STRING; next()) {
    from = tok->text + 1;
    while (from < tok->text + tok->length - 1) to[n++] = read_escape(tok, &from);
  }
  *length = n;
  return to;
}

// Room on the stack; the result is its offset from rbp.
long new_local(struct Type *type, long align) {
  if (align < type->align) align = type->align;
  frame = round_up(frame + type->size, align);
  if (frame > frame_most) frame_most = frame;
  if (frame > 1000000000) fail(tok, "the local variables of this function are too large");
  return -frame;
}

// ---- attributes

long is_attribute(struct Token *t, char *name) {
  long n = length_of(name);
  char *s = t->text;
  if (t->kind != T_IDENT) return 0;
  if (t->length == n + 4 && same_bytes(s, "__", 2) && same_bytes(s + n + 2, "__", 2)) s += 2;
  else if (t->length != n) return 0;
  return same_bytes(s, name, n);
}

char *refused_attributes[] = {
  "alias", "weak", "weakref", "ifunc", "mode", "vector_size", "constructor", "destructor", "cleanup", "transparent_union",
  "scalar_storage_order", "ms_struct", 0
};

void read_attributes(void) {
  long nested;
  long i;
  while (keyword() == K_ATTRIBUTE || keyword() == K_EXTENSION) {
    if (keyword() == K_EXTENSION) {
      next();
      continue;
    }
    next();
    expect('(');
    expect('(');
    nested = 2;
    while (nested) {
      if (tok->kind == T_END) fail(tok, "expected '))' after the attributes");
      for (i = 0; refused_attributes[i]; i++)
        if (nested == 2 && is_attribute(tok, refused_attributes[i])) fail_name(tok, "not supported: attribute", spelling(tok));
      if (nested == 2 && is_attribute(tok, "packed")) asked_packed = 1;
      if (nested == 2 && is_attribute(tok, "aligned")) {
        next();
        asked_align = 16;
        if (accept('(')) {
          asked_align = read_constant();
          expect(')');
        }
        if (asked_align <= 0 || asked_align & (asked_align - 1) || asked_align > 4096) fail(tok, "expected an alignment of up to 4096");
        continue;
      }
      if (tok->kind == '(') nested++;
      if (tok->kind == ')') nested--;
      next();
    }
  }
}

// ---- specifiers

long starts_type(struct Token *t) {
  if (t->kind != T_IDENT) return 0;
  if (t->ident->keyword) return t->ident->keyword < K_LAST_OF_TYPES;
  return t->ident->symbol && t->ident->symbol->kind == S_TYPEDEF;
}

// One list of members that share their specifiers; last is where they are appended.
struct Member *read_members(struct Member *last) {
  struct Type *base = read_specifiers();
  long packed = asked_packed;
  long align = asked_align;
  struct Member *m;
  if (storage) fail(tok, "a member has no storage class");
  for (;;) {
    m = allocate(sizeof(struct Member));
    declared = 0;
    asked_align = align;
    m->type = base;
    if (tok->kind != ':' && tok->kind != ';') m->type = read_declarator(base);
    m->name = declared;
    if (accept(':')) {
      if (!is_integer(m->type)) fail(tok, "expected an integer type for a bit-field");
      m->bit_width = read_constant();
      if (m->bit_width < 0 || m->bit_width > m->type->size * 8) fail(tok, "expected a width that the type can hold");
      if (m->type->kind == TY_BOOL && m->bit_width > 1) fail(tok, "expected a width that the type can hold");
      if (m->bit_width == 0) {
        if (m->name) fail(tok, "a bit-field with a name has at least one bit");
        m->bit_width = -1;
      }
    } else if (m->name == 0 && m->type->kind != TY_STRUCT) {
      fail(tok, "expected the name of a member");
    }
    read_attributes();
    if (asked_align > m->type->align || asked_packed != packed) fail(tok, "attributes of single members are not supported");
    if (m->type->kind == TY_ARRAY && m->type->size < 0) m->type = array_of(m->type->base, 0);
    need_complete(m->type, tok);
    if (m->name || m->bit_width || m->type->members) {
      last->next = m;
      last = m;
    }
    if (accept(';')) return last;
    expect(',');
  }
}

void check_members(struct Type *t) {
  struct Member *m;
  long offset;
  for (m = t->members; m; m = m->next) {
    offset = 0;
    if (m->name && find_member(t, m->name, &offset) != m) fail_name(tok, "this member is declared twice:", m->name->name);
  }
}

struct Type *read_struct(void) {
  long is_union = keyword() == K_UNION;
  struct Ident *name = 0;
  struct Type *type = 0;
  struct Member head;
  struct Member *last = &head;
  long packed = asked_packed;
  long align = asked_align;
  next();
  asked_packed = 0;
  asked_align = 0;
  read_attributes();
  if (tok->kind == T_IDENT && !tok->ident->keyword) {
    name = tok->ident;
    next();
    // "struct x;" and "struct x { ... }" declare a new type in this scope, other uses find an outer one
    if (name->tag && (name->tag->scope == scope || tok->kind != '{' && tok->kind != ';')) {
      type = name->tag->type;
      if (type->kind != TY_STRUCT || type->is_union != is_union) fail(tok, "this tag belongs to another kind of type");
    }
  }
  if (type == 0) {
    type = new_type(TY_STRUCT, -1, 1);
    type->is_union = is_union;
    if (name) new_symbol(name, 1, type);
    else if (tok->kind != '{') fail(tok, "expected a name or '{' after struct or union");
  }
  if (accept('{')) {
    if (type->size >= 0) fail(tok, "this structure is defined twice");
    head.next = 0;
    packed = asked_packed;
    align = asked_align;
    while (!accept('}')) last = read_members(last);
    asked_packed = packed;
    asked_align = align;
    read_attributes();
    type->members = head.next;
    if (asked_align > type->align) type->align = asked_align;
    lay_out(type, asked_packed);
    check_members(type);
    packed = 0;
    align = 0;
  }
  asked_packed = packed;
  asked_align = align;
  return type;
}

struct Type *read_enum(void) {
  struct Ident *name = 0;
  struct Type *type = 0;
  struct Symbol *s;
  long value = 0;
  next();
  read_attributes();
  if (tok->kind == T_IDENT && !tok->ident->keyword) {
    name = tok->ident;
    next();
    if (name->tag && (name->tag->scope == scope || tok->kind != '{')) {
      type = name->tag->type;
      if (type->kind != TY_INT) fail(tok, "this tag belongs to another kind of type");
    }
  }
  if (type == 0) {
    type = new_integer(TY_INT, 4, 1);
    if (name) new_symbol(name, 1, type);
  }
  if (accept('{')) {
    while (!accept('}')) {
      if (tok->kind != T_IDENT || tok->ident->keyword) fail(tok, "expected the name of a constant or '}'");
      declared_at = tok;
      name = tok->ident;
      next();
      if (accept('=')) value = read_constant();
      if (value < 0) type->is_unsigned = 0;
      if (value != wrap(ty_int, value) && value != wrap(ty_unsigned, value)) fail(tok, "expected a constant of 32 bits");
      s = declare(name, S_CONSTANT, value == wrap(ty_int, value) ? ty_int : ty_unsigned);
      s->value = value;
      value++;
      if (tok->kind != '}') expect(',');
    }
    read_attributes();
  } else if (name == 0) {
    fail(tok, "expected a name or '{' after enum");
  }
  return type;
}

struct Type *basic_type(long base, long longs, long is_unsigned, long is_explicitly_signed) {
  if (longs > 2 || is_unsigned && is_explicitly_signed) return 0;
  if (longs && base != K_INT && base != K_DOUBLE && base) return 0;
  if (base == K_DOUBLE) return longs > 1 || is_unsigned || is_explicitly_signed ? 0 : longs ? ty_long_double : ty_double;
  if (base == K_CHAR) return is_unsigned ? ty_unsigned_char : is_explicitly_signed ? ty_signed_char : ty_char;
  if (base == K_SHORT) return is_unsigned ? ty_unsigned_short : ty_short;
  if (longs) return is_unsigned ? ty_unsigned_long : ty_long;
  if (base == K_INT || base == 0) return is_unsigned ? ty_unsigned : ty_int;
  if (is_unsigned || is_explicitly_signed) return 0;
  return base == K_VOID ? ty_void : base == K_BOOL ? ty_bool : ty_float;
}

// Sets storage, is_inline, asked_align and asked_packed, too.
struct Type *read_specifiers(void) {
  struct Type *type = 0;
  struct Token *first = tok;
  long k;
  long base = 0;
  long longs = 0;
  long is_unsigned = 0;
  long is_explicitly_signed = 0;
  long given_storage = 0;
  long given_inline = 0;
  asked_align = 0;
  asked_packed = 0;
  while (starts_type(tok)) {
    k = keyword();
    if (k == K_ATTRIBUTE || k == K_EXTENSION) {
      read_attributes();
      continue;
    }
    if (k == K_STRUCT || k == K_UNION || k == K_ENUM) {
      if (type) fail(tok, "this declaration has two types");
      type = k == K_ENUM ? read_enum() : read_struct();
      continue;
    }
    if (k == 0) {
      if (type || base || longs || is_unsigned || is_explicitly_signed) break;
      type = tok->ident->symbol->type;
    } else if (k == K_TYPEDEF || k == K_EXTERN || k == K_STATIC || k == K_AUTO || k == K_REGISTER) {
      if (given_storage) fail(tok, "this declaration has two storage classes");
      given_storage = k;
    } else if (k == K_INLINE) {
      given_inline = 1;
    } else if (k == K_LONG) {
      longs++;
    } else if (k == K_UNSIGNED) {
      is_unsigned = 1;
    } else if (k == K_SIGNED) {
      is_explicitly_signed = 1;
    } else if (k == K_VA_LIST) {
      type = pointer_to(ty_char);
    } else if (k == K_INT && base == K_SHORT || k == K_SHORT && base == K_INT) {
      base = K_SHORT;
    } else if (k != K_CONST && k != K_VOLATILE && k != K_RESTRICT && k != K_NORETURN) {
      if (base) fail(tok, "this declaration has two types");
      base = k;
    }
    next();
  }
  storage = given_storage == K_AUTO || given_storage == K_REGISTER ? 0 : given_storage;
  is_inline = given_inline;
  if (type) {
    if (base || longs || is_unsigned || is_explicitly_signed) fail(first, "this declaration has two types");
    return type;
  }
  if (!base && !longs && !is_unsigned && !is_explicitly_signed) fail(tok, "expected a type");
  type = basic_type(base, longs, is_unsigned, is_explicitly_signed);
  if (type == 0) fail(first, "there is no such type");
  return type;
}
