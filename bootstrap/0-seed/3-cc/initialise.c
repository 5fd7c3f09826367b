// Initialisers. A walk over the type collects pieces, each with its offset; then they become data, or code.

struct Piece *first_piece;
struct Piece *last_piece;

void read_initialiser(struct Type *type, long offset);

struct Piece *add_piece(long offset, struct Type *type) {
  struct Piece *p = allocate(sizeof(struct Piece));
  p->offset = offset;
  p->type = type;
  if (last_piece) last_piece->next = p;
  else first_piece = p;
  last_piece = p;
  return p;
}

void add_value(struct Node *n, long offset, struct Type *type, struct Member *m) {
  struct Piece *p = add_piece(offset, type);
  if (m) {
    p->bit_width = m->bit_width;
    p->bit_at = m->bit_at;
  }
  p->node = assign_cast(n, type, n->at);
}

long is_character(struct Type *t) {
  return t->kind == TY_CHAR;
}

// A string for an array of characters; gives the count of elements it makes.
long read_string_piece(struct Type *type, long offset) {
  struct Piece *p = add_piece(offset, type);
  struct Token *at = tok;
  p->bytes = read_strings(&p->length);
  if (type->count < 0) p->length++;
  if (type->count >= 0 && p->length > type->count) fail(at, "this string is too long for the array");
  return p->length;
}

// Elements of an array, up to count (-1: as many as there are). Gives how many there were.
long read_elements(struct Type *type, long offset, long braced) {
  long i = 0;
  long most = 0;
  while (tok->kind != '}') {
    if (tok->kind == '[') {
      if (!braced) break;
      next();
      i = read_constant();
      expect(']');
      if (tok->kind != '=') fail(tok, "nested designators are not supported");
      expect('=');
      if (i < most) fail(tok, "expected designators in ascending order");
      if (type->count >= 0 && i >= type->count) fail(tok, "this index is beyond the array");
    } else if (type->count >= 0 && i >= type->count) {
      if (braced) fail(tok, "there are too many initialisers");
      break;
    }
    read_initialiser(type->base, offset + i * type->base->size);
    i++;
    if (i > most) most = i;
    if (!braced && type->count >= 0 && i >= type->count) break;
    if (tok->kind == ',' && (braced || tok->next->kind != '}')) next();
    else break;
  }
  return most;
}

void read_member_value(struct Member *m, long offset) {
  if (m->bit_width) add_value(read_assignment(), offset + m->offset, m->type, m);
  else read_initialiser(m->type, offset + m->offset);
}

struct Member *next_member(struct Member *m) {
  while (m && m->name == 0 && m->bit_width) m = m->next;   // padding
  return m;
}

void read_members_values(struct Type *type, long offset, long braced) {
  struct Member *m = next_member(type->members);
  struct Member *p;
  long inner;
  while (tok->kind != '}') {
    if (tok->kind == '.') {
      if (!braced) break;
      next();
      p = m;
      inner = 0;
      if (tok->kind != T_IDENT || find_member(type, tok->ident, &inner) == 0) fail(tok, "expected the name of a member");
      while (p && p->name != tok->ident) p = p->next;
      if (p == 0) fail(tok, "expected designators of direct members in ascending order");
      m = p;
      next();
      if (tok->kind != '=') fail(tok, "nested designators are not supported");
      expect('=');
    } else if (m == 0) {
      if (braced) fail(tok, "there are too many initialisers");
      break;
    }
    read_member_value(m, offset);
    m = type->is_union ? 0 : next_member(m->next);
    if (!braced && m == 0) break;
    if (tok->kind == ',' && (braced || tok->next->kind != '}')) next();
    else break;
  }
}

// The initialiser of a part of an object, with braces or without.
void read_initialiser(struct Type *type, long offset) {
  struct Node *n;
  long braced;
  if (type->kind != TY_ARRAY && type->kind != TY_STRUCT) {
    braced = accept('{');
    add_value(read_assignment(), offset, type, 0);
    if (braced) {
      accept(',');
      expect('}');
    }
    return;
  }
  if (type->kind == TY_ARRAY && is_character(type->base)) {
    if (tok->kind == T_STRING) {
      read_string_piece(type, offset);
      return;
    }
    if (tok->kind == '{' && tok->next->kind == T_STRING) {
      next();
      read_string_piece(type, offset);
      accept(',');
      expect('}');
      return;
    }
  }
  need_complete(type, tok);
  if (accept('{')) {
    if (type->kind == TY_ARRAY) read_elements(type, offset, 1);
    else read_members_values(type, offset, 1);
    accept(',');
    expect('}');
    return;
  }
  if (type->kind == TY_STRUCT) {
    // either a whole structure, or the first of its members
    struct Token *start = tok;
    long used = frame;
    n = 0;
    if (tok->kind == T_IDENT || tok->kind == '(' || tok->kind == '*') n = read_assignment();
    if (n && n->type == type) {
      add_value(n, offset, type, 0);
      return;
    }
    tok = start;
    frame = used;
  }
  if (type->kind == TY_ARRAY) {
    if (type->count == 0) fail(tok, "an array without elements has no initialiser");
    read_elements(type, offset, 0);
  } else {
    read_members_values(type, offset, 0);
  }
}

// Reads an initialiser, and gives the type, in which the size of an array is now known.
struct Type *read_pieces(struct Type *type) {
  long count;
  first_piece = 0;
  last_piece = 0;
  if (type->kind == TY_ARRAY && type->count < 0) {
    if (is_character(type->base) && (tok->kind == T_STRING || tok->kind == '{' && tok->next->kind == T_STRING)) {
      count = accept('{');
      type = array_of(type->base, read_string_piece(type, 0));
      if (count) {
        accept(',');
        expect('}');
      }
      return type;
    }
    expect('{');
    count = read_elements(type, 0, 1);
    accept(',');
    expect('}');
    return array_of(type->base, count);
  }
  if (type->kind == TY_ARRAY && tok->kind != '{' && tok->kind != T_STRING) fail(tok, "expected '{' for an array");
  read_initialiser(type, 0);
  return type;
}

// ---- data

// Whether n can be computed before main: a number, made of numbers only.
long is_computable(struct Node *n) {
  if (n == 0 || n->op == N_NUMBER || n->op == N_FLOAT) return 1;
  if (is_object(n) || n->op >= N_COMMA || n->op == N_ADDRESS) return n->op == N_CONDITION && is_computable(n->left) && is_computable(n->right) && is_computable(n->third);
  return is_computable(n->left) && is_computable(n->right);
}

void put_number(long at, long value, long size) {
  for (; size; size--) {
    data[at++] = value & 255;
    value = value >> 8;
  }
}

long get_number(long at, long size) {
  long value = 0;
  for (; size; size--) value = value << 8 | data[at + size - 1];
  return value;
}

void put_piece(struct Piece *p, struct Object *o) {
  struct Node *n = p->node;
  long at = o->offset + p->offset;
  unsigned long mask;
  if (n == 0) {
    copy_bytes(data + at, p->bytes, p->length);
  } else if (p->bit_width) {
    if (n->op != N_NUMBER) fail(n->at, "expected a constant");
    mask = (((unsigned long)2 << (p->bit_width - 1)) - 1) << p->bit_at;
    put_number(at, get_number(at, p->type->size) & ~mask | (unsigned long)n->value << p->bit_at & mask, p->type->size);
  } else if (n->op == N_NUMBER) {
    put_number(at, n->value, p->type->size);
  } else if (n->op == N_FLOAT) {
    write_float(data + at, p->type->kind, n);
  } else if (n->op == N_ADDRESS && n->left->op == N_GLOBAL && p->type->size == 8) {
    relocate(IN_DATA, at, 8, n->left->object, n->left->value);
    if (n->left->object->used_at == 0) n->left->object->used_at = n->at;
  } else if (is_computable(n)) {
    run_at_start(assign(global_node(o, p->offset, p->type, n->at), n, n->at));
  } else {
    fail(n->at, "expected a constant");
  }
}

void initialise_object(struct Object *o, struct Type *type) {
  struct Piece *p;
  long all_zero = 1;
  type = read_pieces(type);
  need_complete(type, tok);
  o->type = type;
  for (p = first_piece; p; p = p->next) {
    if (p->node == 0 || p->node->op != N_NUMBER || p->node->value) all_zero = 0;
  }
  place_data(o, all_zero ? IN_BSS : IN_DATA, type->size, o->align > type->align ? o->align : type->align);
  if (!all_zero) for (p = first_piece; p; p = p->next) put_piece(p, o);
}

// ---- code

struct Node *local_piece(struct Piece *p, struct Symbol *s) {
  struct Node *to = local_node(s->value + p->offset, p->type, tok);
  struct Object *o;
  struct Type *type;
  if (p->node) {
    to->bit_width = p->bit_width;
    to->bit_at = p->bit_at;
    return assign(to, p->node, p->node->at);
  }
  type = new_type(TY_STRUCT, p->length, 1);   // to copy the bytes at once
  o = bytes_object(p->bytes, p->length);
  to->type = type;
  return assign(to, global_node(o, 0, type, tok), tok);
}

// Reads the initialiser of a local variable, gives it a place if it has none yet, and gives what sets it.
struct Node *initialise_local(struct Symbol *s) {
  struct Piece *p;
  struct Node *n = 0;
  struct Node *all;
  long has_place = s->type->size >= 0;
  struct Piece *outer_first = first_piece;
  struct Piece *outer_last = last_piece;
  s->type = read_pieces(s->type);
  need_complete(s->type, tok);
  if (!has_place) s->value = new_local(s->type, 8);
  if (is_scalar(s->type) || s->type->kind == TY_STRUCT && first_piece && first_piece->type == s->type) {
    all = local_piece(first_piece, s);
  } else {
    all = new_node(N_CLEAR, ty_void, tok);
    all->value = s->value;
    all->exponent = s->type->size;
    for (p = first_piece; p; p = p->next) {
      if (p->node == 0 && p->length == 0) continue;
      n = local_piece(p, s);
      all = comma(all, n);
    }
  }
  first_piece = outer_first;
  last_piece = outer_last;
  return all;
}
