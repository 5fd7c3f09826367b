// Statements and functions.

struct Case {
  long value;
  struct Label label;
  struct Case *next;
  struct Token *at;
};

struct Switch {
  struct Type *type;
  struct Case *cases;
  long count;
  struct Case *otherwise;
};

struct Target {            // of goto
  struct Target *next;
  struct Ident *name;
  struct Token *at;
  struct Label label;
};

struct Switch *in_switch;
struct Label *break_label;
struct Label *continue_label;
struct Label *return_label;
struct Target *targets;

struct Start {             // code that computes a constant before main
  struct Start *next;
  long place;
};

struct Start *starts;

void read_statement(void);

struct Node *read_in_parentheses(void) {
  struct Node *n;
  expect('(');
  n = read_expression();
  expect(')');
  return n;
}

// A loop's body: break and continue lead to its labels.
void read_body(struct Label *end, struct Label *again) {
  struct Label *outer_break = break_label;
  struct Label *outer_continue = continue_label;
  break_label = end;
  continue_label = again;
  read_statement();
  break_label = outer_break;
  continue_label = outer_continue;
}

void read_if(void) {
  struct Label no;
  struct Label end;
  init_label(&no);
  init_label(&end);
  branch(condition(read_in_parentheses()), 0, &no);
  read_statement();
  if (keyword() == K_ELSE) {
    next();
    jump(ALWAYS, &end);
    put_label(&no);
    read_statement();
    put_label(&end);
  } else {
    put_label(&no);
  }
}

// while, and for once its first part is done: the condition stands behind the body.
void read_loop(struct Node *test, struct Node *step) {
  struct Label top;
  struct Label again;
  struct Label check;
  struct Label end;
  init_label(&top);
  init_label(&again);
  init_label(&check);
  init_label(&end);
  if (test) jump(ALWAYS, &check);
  put_label(&top);
  read_body(&end, &again);
  put_label(&again);
  if (step) generate_void(step);
  put_label(&check);
  if (test) branch(test, 1, &top);
  else jump(ALWAYS, &top);
  put_label(&end);
}

void read_do(void) {
  struct Label top;
  struct Label again;
  struct Label end;
  init_label(&top);
  init_label(&again);
  init_label(&end);
  put_label(&top);
  read_body(&end, &again);
  put_label(&again);
  if (keyword() != K_WHILE) fail(tok, "expected 'while' after the body of 'do'");
  next();
  branch(condition(read_in_parentheses()), 1, &top);
  put_label(&end);
  expect(';');
}

void read_for(void) {
  struct Node *test = 0;
  struct Node *step = 0;
  open_scope();
  expect('(');
  if (starts_type(tok)) {
    read_declaration();
  } else if (!accept(';')) {
    generate_void(read_expression());
    expect(';');
  }
  if (tok->kind != ';') test = condition(read_expression());
  expect(';');
  if (tok->kind != ')') step = read_expression();
  expect(')');
  read_loop(test, step);
  close_scope();
}

// ---- switch

long case_before(struct Case *a, struct Case *b) {
  unsigned long x = a->value;
  if (in_switch->type->is_unsigned) return x < b->value;
  return a->value < b->value;
}

// Sorts a list of cases by merging.
struct Case *sort_cases(struct Case *list, long count) {
  struct Case head;
  struct Case *last = &head;
  struct Case *a = list;
  struct Case *b = list;
  long i;
  if (count < 2) {
    if (list) list->next = 0;
    return list;
  }
  for (i = 0; i < count / 2; i++) b = b->next;
  b = sort_cases(b, count - count / 2);
  a = sort_cases(a, count / 2);
  while (a || b) {
    if (b == 0 || a && case_before(a, b)) {
      last->next = a;
      a = a->next;
    } else {
      last->next = b;
      b = b->next;
    }
    last = last->next;
  }
  last->next = 0;
  return head.next;
}

// Compares rax with a number.
void compare_number(long value) {
  long wide = in_switch->type->size == 8;
  if (wide && !fits_32(value)) {
    load_number(RCX, value);
    bytes("4839c8");       // cmp rax, rcx
    return;
  }
  if (wide) byte(0x48);
  byte(0x3d);              // cmp eax, n
  int32(value);
}

// Jumps to the case that rax selects, by halves.
void select_case(struct Case **cases, long count, struct Label *otherwise) {
  struct Label low;
  long half = count / 2;
  long i;
  if (count <= 4) {
    for (i = 0; i < count; i++) {
      compare_number(cases[i]->value);
      jump(EQUAL, &cases[i]->label);
    }
    jump(ALWAYS, otherwise);
    return;
  }
  init_label(&low);
  compare_number(cases[half]->value);
  jump(EQUAL, &cases[half]->label);
  jump(in_switch->type->is_unsigned ? BELOW : LESS, &low);
  select_case(cases + half + 1, count - half - 1, otherwise);
  put_label(&low);
  select_case(cases, half, otherwise);
}

void read_switch(void) {
  struct Switch *outer = in_switch;
  struct Switch *s = allocate(sizeof(struct Switch));
  struct Node *n = promote(read_in_parentheses());
  struct Label select;
  struct Label end;
  struct Case *c;
  struct Case **cases;
  long i = 0;
  if (!is_integer(n->type)) fail(n->at, "expected an integer after switch");
  s->type = n->type;
  init_label(&select);
  init_label(&end);
  generate(n);
  jump(ALWAYS, &select);
  in_switch = s;
  read_body(&end, continue_label);
  jump(ALWAYS, &end);
  put_label(&select);
  cases = allocate((s->count + 1) * sizeof(struct Case *));
  for (c = sort_cases(s->cases, s->count); c; c = c->next) {
    if (i && cases[i - 1]->value == c->value) fail(c->at, "this case occurs twice");
    cases[i++] = c;
  }
  select_case(cases, s->count, s->otherwise ? &s->otherwise->label : &end);
  put_label(&end);
  in_switch = outer;
}

void read_case(void) {
  struct Case *c = allocate(sizeof(struct Case));
  long is_default = keyword() == K_DEFAULT;
  if (in_switch == 0) fail(tok, "'case' and 'default' need a switch");
  c->at = tok;
  next();
  init_label(&c->label);
  put_label(&c->label);
  if (is_default) {
    if (in_switch->otherwise) fail(c->at, "there is a second 'default'");
    in_switch->otherwise = c;
  } else {
    c->value = wrap(in_switch->type, read_constant());
    c->next = in_switch->cases;
    in_switch->cases = c;
    in_switch->count++;
  }
  expect(':');
}

// ---- jumps

struct Target *target_of(struct Token *at) {
  struct Target *t;
  if (at->kind != T_IDENT || at->ident->keyword) fail(at, "expected a label");
  for (t = targets; t; t = t->next) if (t->name == at->ident) return t;
  t = allocate(sizeof(struct Target));
  t->name = at->ident;
  t->at = at;
  init_label(&t->label);
  t->next = targets;
  targets = t;
  return t;
}

void read_return(void) {
  struct Type *type = function_type->base;
  struct Token *at = tok;
  struct Node *n;
  next();
  if (tok->kind != ';') {
    n = value_of(read_expression());
    if (type->kind == TY_VOID) {
      if (n->type->kind != TY_VOID) fail(at, "this function gives nothing back");
      generate_void(n);
    } else {
      generate(assign_cast(n, type, at));
      if (type->kind == TY_STRUCT) {
        bytes("488b4d10");   // mov rcx, [rbp + 16]
        copy_struct(type->size);
      }
    }
  } else if (type->kind != TY_VOID) {
    fail(at, "expected a value after 'return'");
  }
  expect(';');
  jump(ALWAYS, return_label);
}

void leave(struct Label *to, char *message) {
  struct Token *at = tok;
  if (to == 0) fail(at, message);
  next();
  expect(';');
  jump(ALWAYS, to);
}

// ---- statements

void read_block(void) {
  open_scope();
  while (!accept('}')) {
    if (tok->kind == T_END) fail(tok, "expected '}'");
    if (starts_type(tok) && !(tok->next->kind == ':' && keyword() == 0)) read_declaration();
    else read_statement();
  }
  close_scope();
}

void read_keyword_statement(long k) {
  switch (k) {
  case K_IF: next(); read_if(); break;
  case K_WHILE: next(); read_loop(condition(read_in_parentheses()), 0); break;
  case K_DO: next(); read_do(); break;
  case K_FOR: next(); read_for(); break;
  case K_SWITCH: next(); read_switch(); break;
  case K_RETURN: read_return(); break;
  case K_BREAK: leave(break_label, "'break' needs a loop or a switch"); break;
  case K_CONTINUE: leave(continue_label, "'continue' needs a loop"); break;
  case K_GOTO:
    next();
    jump(ALWAYS, &target_of(tok)->label);
    next();
    expect(';');
    break;
  case K_ASM: fail(tok, "not supported: asm"); break;
  default:
    generate_void(read_expression());
    expect(';');
  }
}

void read_statement(void) {
  long used = frame;       // what an expression needs for itself is free again after its statement
  struct Target *t;
  while (keyword() == K_CASE || keyword() == K_DEFAULT || tok->kind == T_IDENT && keyword() == 0 && tok->next->kind == ':') {
    if (keyword()) {
      read_case();
    } else {
      t = target_of(tok);
      if (t->label.place >= 0) fail(tok, "this label occurs twice");
      put_label(&t->label);
      next();
      next();
    }
    if (tok->kind == '}') return;   // C wants a statement here; C23 does not
    if (starts_type(tok) && !(tok->next->kind == ':' && keyword() == 0)) fail(tok, "expected a statement after a label");
  }
  if (accept('{')) read_block();
  else if (!accept(';')) read_keyword_statement(keyword());
  frame = used;
}

// ---- functions

// Gives the parameters their places: they lie above the frame, where the caller put them.
void declare_parameters(struct Type *type) {
  struct Parameter *p;
  struct Symbol *s;
  long at = 16;
  if (type->base->kind == TY_STRUCT) at += 8;
  for (p = type->parameters; p; p = p->next) {
    need_complete(p->type, p->at);
    declared_at = p->at;
    if (p->name) {
      s = declare(p->name, S_LOCAL, p->type);
      s->value = at;
    }
    at += round_up(p->type->size, 8);
  }
  variadic_at = at;
}

void read_function(struct Symbol *s, struct Type *type) {
  struct Label end;
  struct Target *t;
  long frame_at;
  if (s->object->section != NOWHERE) fail_name(tok, "this function is defined twice:", s->ident->name);
  if (type->base->kind != TY_VOID) need_complete(type->base, tok);
  s->object->section = IN_TEXT;
  s->object->offset = text_size;
  function_name = s->ident;
  function_type = type;
  frame = 0;
  frame_most = 0;
  depth = 0;
  targets = 0;
  in_switch = 0;
  break_label = 0;
  continue_label = 0;
  init_label(&end);
  return_label = &end;
  open_scope();
  declare_parameters(type);
  bytes("554889e54881ec");   // push rbp; mov rbp, rsp; sub rsp, n
  frame_at = text_size;
  int32(0);
  expect('{');
  read_block();
  close_scope();
  if (s->ident == ident_of("main")) load_number(RAX, 0);
  put_label(&end);
  bytes("c9c3");             // leave; ret
  put_int32(frame_at, round_up(frame_most, 16));
  for (t = targets; t; t = t->next) if (t->label.place < 0) fail_name(t->at, "this label does not exist:", t->name->name);
  if (depth) fail(tok, "the compiler has lost track of the stack");
  function_name = 0;
}

// Computes a floating constant before main, as the compiler itself has no floating arithmetic.
void run_at_start(struct Node *n) {
  struct Label behind;
  struct Start *s = allocate(sizeof(struct Start));
  init_label(&behind);
  if (function_name) jump(ALWAYS, &behind);
  s->place = text_size;
  s->next = starts;
  starts = s;
  generate_void(n);
  byte(0xc3);
  put_label(&behind);
}

void read_unit(struct Token *t) {
  tok = t;
  while (tok->kind != T_END) {
    if (!accept(';')) read_declaration();
  }
}
