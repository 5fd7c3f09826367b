// Declarators (pointers, arrays, functions around a name), and whole declarations.

struct Type *read_suffix(struct Type *type);

// Over a '(' to what follows its ')'.
struct Token *behind_parenthesis(struct Token *t) {
  struct Token *open = t;
  long nested = 0;
  do {
    if (t->kind == T_END) fail(open, "this '(' has no ')'");
    if (t->kind == '(') nested++;
    if (t->kind == ')') nested--;
    t = t->next;
  } while (nested);
  return t;
}

void read_parameter_types(struct Type *function) {
  struct Parameter head;
  struct Parameter *last = &head;
  struct Parameter *p;
  struct Type *type;
  head.next = 0;
  if (accept(')')) {
    function->has_no_prototype = 1;
    return;
  }
  do {
    if (accept(T_ELLIPSIS)) {
      if (last == &head) fail(tok, "expected a parameter before '...'");
      function->is_variadic = 1;
      break;
    }
    if (!starts_type(tok)) fail(tok, "expected the type of a parameter (old-style definitions are not supported)");
    type = read_declarator(read_specifiers());
    if (type->kind == TY_VOID && last == &head && declared == 0 && tok->kind == ')') break;
    if (type->kind == TY_ARRAY) type = pointer_to(type->base);
    if (type->kind == TY_FUNCTION) type = pointer_to(type);
    if (type->kind == TY_VOID) fail(tok, "a parameter cannot be void");
    p = allocate(sizeof(struct Parameter));
    p->name = declared;
    p->at = declared_at;
    p->type = type;
    last->next = p;
    last = p;
    read_attributes();
  } while (accept(','));
  expect(')');
  function->parameters = head.next;
}

struct Type *read_array(struct Type *type) {
  long count = -1;
  while (keyword() == K_STATIC || keyword() == K_CONST || keyword() == K_RESTRICT || keyword() == K_VOLATILE) next();
  if (tok->kind != ']') {
    count = read_constant();
    if (count < 0) fail(tok, "the size of an array cannot be negative");
  }
  expect(']');
  type = read_suffix(type);
  if (type->size < 0 || type->kind == TY_FUNCTION || type->kind == TY_VOID) fail(tok, "the elements of an array need a known size");
  if (type->size && count > ((long)1 << 40) / type->size) fail(tok, "this array is too large");
  return array_of(type, count);
}

struct Type *read_suffix(struct Type *type) {
  struct Type *function;
  struct Ident *name = declared;
  struct Token *at = declared_at;
  if (accept('[')) {
    type = read_array(type);
  } else if (accept('(')) {
    if (type->kind == TY_ARRAY || type->kind == TY_FUNCTION) fail(tok, "a function cannot give back an array or a function");
    function = function_of(type);
    read_parameter_types(function);
    type = function;
  }
  declared = name;
  declared_at = at;
  return type;
}

// Sets declared (0 if there is no name) and declared_at.
struct Type *read_declarator(struct Type *type) {
  struct Token *inner = 0;
  struct Token *end;
  long k;
  declared = 0;
  for (;;) {
    k = keyword();
    if (accept('*')) type = pointer_to(type);
    else if (k == K_CONST || k == K_VOLATILE || k == K_RESTRICT) next();
    else if (k == K_ATTRIBUTE) read_attributes();
    else break;
  }
  declared_at = tok;
  if (tok->kind == '(' && tok->next->kind != ')' && (!starts_type(tok->next) || tok->next->ident->keyword == K_ATTRIBUTE)) {
    inner = tok->next;
    tok = behind_parenthesis(tok);
  } else if (tok->kind == T_IDENT && !tok->ident->keyword) {
    declared = tok->ident;
    next();
  }
  type = read_suffix(type);
  if (inner) {
    end = tok;
    tok = inner;
    type = read_declarator(type);
    expect(')');
    tok = end;
  }
  return type;
}

struct Type *read_type_name(void) {
  struct Type *type = read_specifiers();
  if (storage) fail(tok, "expected a type, without a storage class");
  type = read_declarator(type);
  if (declared) fail(declared_at, "expected a type, without a name");
  return type;
}

// ---- declarations

// The object of a name with external linkage.
struct Object *public_object(struct Ident *name, struct Type *type) {
  struct Object *o = name->object;
  if (o == 0) {
    o = new_object(name, type);
    name->object = o;
  } else if ((o->type->kind == TY_FUNCTION) != (type->kind == TY_FUNCTION)) {
    fail_name(declared_at, "this is a function here and a variable elsewhere:", name->name);
  } else if (o->type->size < 0) {
    o->type = type;
  }
  return o;
}

// Declares a function, or a variable that is not on the stack.
struct Symbol *declare_object(struct Ident *name, struct Type *type, long is_private) {
  struct Symbol *s = name->symbol;
  struct Symbol *outer = s;
  struct Symbol *fresh;
  while (outer && outer->scope && !(outer->kind == S_VARIABLE && outer->object && outer->object->name)) outer = outer->outer;
  if (s && s->scope == scope) {
    if (s->kind != S_VARIABLE || !same_type(s->type, type)) fail_name(declared_at, "this was declared as something else before:", name->name);
    if (scope && is_private) fail_name(declared_at, "this name is declared twice:", name->name);
    if (s->type->size < 0 || s->type->has_no_prototype) s->type = type;
    if (s->object->type->size < 0) s->object->type = type;
    return s;
  }
  if (outer && !is_private && outer->kind == S_VARIABLE) {
    if (!same_type(outer->type, type)) fail_name(declared_at, "this was declared as something else before:", name->name);
    fresh = new_symbol(name, 0, outer->type->size < 0 ? type : outer->type);
    fresh->object = outer->object;
  } else {
    fresh = new_symbol(name, 0, type);
    fresh->object = is_private ? new_object(scope ? 0 : name, type) : public_object(name, type);
  }
  fresh->kind = S_VARIABLE;
  return fresh;
}

void declare_variable(struct Ident *name, struct Type *type, long given_storage) {
  struct Symbol *s = declare_object(name, type, given_storage == K_STATIC);
  struct Object *o = s->object;
  if (asked_align > o->align) o->align = asked_align;
  if (accept('=')) {
    if (o->section == IN_DATA || o->section == IN_BSS) fail_name(declared_at, "this is defined twice:", name->name);
    if (scope && given_storage == K_EXTERN) fail(tok, "an extern declaration within a function has no initialiser");
    initialise_object(o, type);
    s->type = o->type;
  } else if (given_storage != K_EXTERN) {
    if (type->size < 0 && type->kind == TY_ARRAY && (scope || given_storage)) fail_name(declared_at, "the size of this array is missing:", name->name);
    if (type->kind == TY_VOID) fail(declared_at, "a variable cannot be void");
    if (o->section == NOWHERE) o->section = IN_COMMON;
  }
}

void declare_local(struct Ident *name, struct Type *type) {
  struct Symbol *s = declare(name, S_LOCAL, type);
  struct Token *at = declared_at;
  if (asked_align > 16) fail(at, "a local variable can be aligned to at most 16 bytes");
  if (type->size >= 0 && type->kind != TY_VOID) s->value = new_local(type, asked_align);
  if (accept('=')) generate_void(initialise_local(s));
  need_complete(s->type, at);
}

void read_declaration(void) {
  struct Type *base = read_specifiers();
  long given_storage = storage;
  long is_private = storage == K_STATIC || is_inline;
  long align = asked_align;
  struct Type *type;
  struct Ident *name;
  struct Symbol *s;
  if (asked_packed) fail(tok, "packed is supported only for structures");
  if (accept(';')) return;
  for (;;) {
    asked_align = align;
    type = read_declarator(base);
    name = declared;
    if (name == 0) fail(tok, "expected a name");
    s = 0;
    if (keyword() == K_ASM) fail(tok, "not supported: asm");
    if (type->kind == TY_FUNCTION && given_storage != K_TYPEDEF) {
      s = declare_object(name, type, is_private);
      read_attributes();
      if (asked_align) fail(tok, "an aligned function is not supported");
      if (tok->kind == '{') {
        if (scope) fail(tok, "a function within a function is not supported");
        read_function(s, type);
        return;
      }
    }
    read_attributes();
    if (given_storage == K_TYPEDEF) {
      if (asked_align) fail(tok, "an aligned typedef is not supported");
      declare(name, S_TYPEDEF, type);
    } else if (s == 0) {
      if (scope && given_storage == 0) declare_local(name, type);
      else declare_variable(name, type, given_storage);
    }
    if (accept(';')) return;
    expect(',');
  }
}
