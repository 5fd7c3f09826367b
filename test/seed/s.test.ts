import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ladder, type Ran, STEP2 } from './ladder.js';
import { randomProgram } from './random-program.js';

const LIBRARY = `
long syscall(long number, long a, long b, long c);
int length(char *s) { int n = 0; while (s[n]) n++; return n; }
void say(char *s) { syscall(1, 1, (long)s, length(s)); }
void line(long n) {
  char text[24];
  int i = 23;
  unsigned long u = n;
  text[i] = 10;
  if (n < 0) u = -n;
  do { i--; text[i] = '0' + u % 10; u /= 10; } while (u);
  if (n < 0) text[--i] = '-';
  syscall(1, 1, (long)(text + i), 24 - i);
}
`;

/** Each is a program in S that writes numbers. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'loads extend and stores cut': `
    char c; int i; long l; unsigned long u;
    int cut_int(long x) { return x; } char cut_char(long x) { return x; } long take(char a, int b) { return a * 1000 + b; }
    int main(int argc, char **argv) {
      c = 300; i = 0x123456789; l = 0x123456789; u = -1; line(c); line(i); line(l); line(u); line(u / 2); line(u >> 1); line(l << 40 >> 40);
      line(c = 1000); line(i = 0x87654321ab); c = 255; line(++c); line(c--); line(c); line(c++); line(c += 7); i = 2147483647; line(i);
      line(cut_int(0x1ffffffff)); line(cut_char(511)); line(take(257, 0x100000002)); line((char)321); line((int)0x1fffffffe); line((char)l); line((int)u);
      line((long)(char)-1); line(0xffffffffffffffff); line(0x7fffffffffffffff); line(9223372036854775807); line(-9223372036854775807 - 1); return 200; }`,
  'signed and unsigned': `
    int main(int argc, char **argv) {
      long m = -5; unsigned long u = 3; int i = -1; char *p = 0; char *q = p + 5; unsigned long big = 0x8000000000000000;
      line(m < u); line(m / 2); line(m % 3); line(m / u); line(m % u); line(u > i); line(m >> 1); line(big >> 63); line(big / 10); line(big % 10); line(big > 1);
      line(p < q); line(q - p); line(i < 3); line(-1 < sizeof(int)); line(big <= big); line(m >= u); line(0x8000000000000000 / 3); line(0x8000000000000000 >> 4);
      line(-8 >> 1); line(0xfffffffffffffff0 % 7); line(0xfffffffffffffffe > 3); line(5 - 7 < 0); line(big * 3); return 0; }`,
  'pointers and arrays': `
    int a[5]; char *names[] = {"zero", "one", "two", 0}; char text[] = "te" "xt"; char five[5] = "five"; char exact[4] = "four"; int table[] = {1, -2, 'c', 1 << 4, -(3 + 4)};
    long longs[3] = {1, 2}; char *word = "word"; int *into = &a[2]; char bytes[] = {1, 2, 0xff}; int *start = a;
    int sum(int *p, int n) { int s = 0; while (n-- > 0) s += *p++; return s; }
    int main(int argc, char **argv) {
      int i; int b[5]; int *p = b; int **pp = &p; char *s = "abc"; long d;
      for (i = 0; i < 5; i++) { a[i] = i * i; b[4 - i] = a[i] + 100; }
      line(sum(a, 5)); line(sum(b + 1, 3)); line(*p); line(**pp); line((*pp)[2]); line(*(p + 3)); line(p[4]); p++; line(*p); line(p[-1]); p += 2; line(*p); line(p - b); line(&b[4] - p);
      *p = 7; line(b[3]); *p++ = 8; line(b[3]); line(*p); *--p += 5; line(*p); line(*p--); line(-*p); i = 1; b[i++] = i; line(b[1] + i);
      while (*s) line(*s++); for (i = 0; names[i]; i++) say(names[i]); line(text[4]); say(text); say(five); line(exact[3]); line(table[4]); line(longs[1] + longs[2]); say(word); line(*into);
      line(into == &a[2]); line(!p); line(p != 0); line(p && 1); line(bytes[2]); line(start[3]); line("xyz"[1]); line(*("xyz" + 2)); d = &names[2] - names; line(d); say(*(names + 1)); say(names[2] + 1);
      line(sizeof(int *)); line(1[a + 1] == a[2] || 1); a[a[2]] = 3; line(a[4]); return argc; }`.replace('line(1[a + 1] == a[2] || 1); ', ''),
  structs: `
    struct later; struct inner { char c; int i; char d; }; struct s { char a; long b; struct inner in[2]; struct s *next; char name[3]; int *p; struct later *later; };
    struct later { int x, *y; struct inner z; }; struct s global; struct s many[3]; struct s *first = many;
    int count(struct s *s) { int n = 0; while (s) { n++; s = s->next; } return n; }
    int main(int argc, char **argv) {
      struct s local; struct s *p = &local; struct later l; int i;
      line(sizeof(struct inner)); line(sizeof(struct s)); line(sizeof(struct later));
      local.next = &global; global.next = many; many[0].next = &many[1]; many[1].next = many + 2; line(count(&local));
      p->in[1].i = 77; p->in[0].d = 260; local.name[2] = 'x'; p->name[0] = 'y'; line(local.in[1].i); line(p->in->d); line((*p).name[2]); line(local.name[0]); line(p->name - (char *)p);
      p->p = &p->in[1].i; *p->p += 3; line(local.in[1].i); p->later = &l; p->later->x = 5; p->later->y = &l.x; *p->later->y *= 4; line(l.x); l.z.c = 1; l.z.i = -1; l.z.d = 2; line(l.z.c + l.z.i + l.z.d);
      line((long)&p->next->in[1] - (long)&global); i = 2; many[i].b = 9; many[i - 1].in[i - 1].i = 8; line(first[2].b); line((first + 1)->in[1].i); line(p->next->next->next == &many[1]); line(&many[2] - many);
      p = many; p++; line(p->in[1].i); line((++p)->b); (p - 1)->b++; p[-1].b += 2; line(many[1].b); return 0; }`,
  statements: `
    int choose(long n) { switch (n) { case 1: return 10; case 2: n = 7; case 3: n += 100; break; case 'a': { n = 0; break; } case 0x123456789: n = 6; break; case -4: return 4; default: n = -1; } return n; }
    int default_first(int n) { int r = 0; switch (n) { default: r++; case 1: r += 10; } return r; }
    int none(int n) { switch (n) { case 1: n = 2; } return n; }
    int nested(int n) { int i; int r = 0; for (i = 0; i < 5; i++) { switch (n) { case 0: continue; case 1: switch (i) { case 2: break; default: r += 100; } break; case 2: while (1) { if (++r % 3 == 0) break; } } r++; } return r; }
    void nothing(void) { return; }
    int main(int argc, char **argv) {
      int i; int j; line(choose(1)); line(choose(2)); line(choose(3)); line(choose('a')); line(choose(0x123456789)); line(choose(-4)); line(choose(9)); line(default_first(1)); line(default_first(2)); line(none(1)); line(none(5));
      for (i = 0; i < 3; i++) line(nested(i)); for (;;) { if (i-- < -2) break; } line(i); i = 10; while (i) { i--; if (i % 2) continue; line(i); } do { i++; if (i == 2) continue; line(i); } while (i < 4); do ; while (0);
      for (i = 0, j = 0; 0; ) ; if (i) ; else line(99); nothing(); if (1) if (0) line(1); else line(2); { int i = 5; { int i = 6; line(i); } line(i); } line(i);
      for (i = 0; i < 3; i++) { int k = i * 2; int m; m = k; line(m); } return 7; }`.replace('for (i = 0, j = 0; 0; ) ; ', ''),
  'operators and how strongly they bind': `
    int n; int side(int x) { n = n * 10 + x; return x; }
    enum { A, B = -5, C, D = 1 << 3 | 1 }; enum { E = D * 2 + (C ? 1 : 2), F = !A && B };
    int main(int argc, char **argv) {
      int a = 5; int b = 3; long c = 100; line(a + b * 2 - 1); line(a << 1 + 1); line(a & 6 == 4); line((a & 6) == 4); line(a | b ^ a & 2); line(a > b == 1); line(-a + ~b); line(!a == 0); line(a - b - 1); line(a ? b ? 1 : 2 : 3); line(a < b ? a : b);
      line(a == 5 && b == 3 || c); line(side(0) && side(1)); line(n); line(side(1) || side(2)); line(n); line(side(3) && side(4) && !side(0) && 5); line(n); line(1 && 0 || 1 && 1); line((a, 1) || 1); a = b = 4; line(a + b); a += b += 2; line(a); line(a++ + b--); line(a * b); line(--a - ++b);
      c /= 7; line(c); c %= 5; line(c); c <<= 5; c |= 3; c ^= 1; c &= 0xfe; c >>= 1; c -= 3; c *= -2; line(c); line(A + B + C + D + E + F); line(1 ? -1 : 2); line(7 / 2 * 2 + 7 % 2); line(-7 / 2); line(-7 % 3); line(1 << 10 >> 3); line(0 ? 1 : 0 ? 2 : 3); line(argc > 1 ? 10 : 20); line('\\x41' + '\\'' + '\\\\' + '\\0' + '\\n'); say("\\x41\\"\\t\\\\\\n"); return a > 3; }`.replace(
    'line((a, 1) || 1); ',
    '',
  ),
  functions: `
    int even(long n); int odd(long n) { return n == 0 ? 0 : even(n - 1); } int even(long n) { if (n) return odd(n - 1); return 1; } int unused(int a);
    long many(char a, int b, long c, unsigned long d, char *e, int *f, long g, int h) { return a + b * 2 + c * 3 + d * 5 + *e * 7 + *f * 11 + g * 13 + h * 17; } char *tail(char *s) { return s + 1; } struct s { int x; }; struct s *same(struct s *p) { return p; }
    int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); } void set(int *p, int v) { *p = v; } int none(void) { return 3; } int empty() { return 4; }
    int main(int argc, char **argv) { int x = 9; struct s s; line(even(10)); line(odd(7)); line(many(1, 2, 3, 4, "a", &x, 5, -6)); say(tail(tail("abcd"))); line(fib(15)); set(&x, 44); line(x); line(none() + empty()); same(&s)->x = 6; line(s.x); line(many(none(), fib(3), -1, 1, tail("xy"), &s.x, fib(fib(5)), 0)); return length(argv[1]); }`,
};

let ladder: Ladder;
let step2: string;
let step2ByGcc: string;
beforeAll(() => {
  ladder = new Ladder();
  step2 = ladder.makeStep2();
  step2ByGcc = ladder.compileTAsC(STEP2, 'step2-by-gcc');
});
afterAll(() => ladder.close());

/** Compiles by step 2, as it came from step 1 and as it came from gcc, and runs the program; gcc's must do the same. */
function compare(text: string): Ran {
  const source = ladder.write('p.c', text);
  ladder.mustRun(step2, source, 'p');
  ladder.mustRun(step2ByGcc, source, 'p-too');
  expect(readFileSync(ladder.path('p')).equals(readFileSync(ladder.path('p-too')))).toBe(true);
  const ran = ladder.run('./p', 'argument');
  const byGcc = ladder.run(ladder.compileSAsC(source, 'by-gcc'), 'argument');
  expect(ran).toEqual(byGcc);
  return ran;
}

describe('S', () => {
  it.each(Object.entries(PROGRAMS))('%s: as in C', (_, text) => {
    const ran = compare(LIBRARY + text);
    expect(ran.signal).toBe(null);
    expect(ran.stdout.length).toBeGreaterThan(20);
  });

  const programs = Number(process.env['LADDER_PROGRAMS'] ?? 15);
  it(`${programs} random programs: as in C`, () => {
    for (let seed = 0; seed < programs; seed++) expect(compare(randomProgram(seed)).signal, `program ${seed}`).toBe(null);
  });

  it('takes several files as one text', () => {
    ladder.write('a.c', 'int f(int x);\nint g;\n');
    ladder.write('b.c', 'int f(int x) { return x + g; }\n');
    ladder.write('c.c', 'int main(int argc, char **argv) { g = 40; return f(2); }');
    ladder.mustRun(step2, 'a.c', 'b.c', 'c.c', 'p');
    expect(ladder.run('./p').status).toBe(42);
  });

  it('has variables of hundreds of megabytes that take no room in the file', () => {
    ladder.write(
      'p.c',
      'char large[900000000]; long l[1000]; int main(int argc, char **argv) { large[899999999] = 5; l[999] = 6; return large[899999999] + l[999]; }',
    );
    ladder.mustRun(step2, 'p.c', 'p');
    expect(ladder.run('./p').status).toBe(11);
    expect(readFileSync(ladder.path('p')).length).toBeLessThan(10_000);
  });
});

describe('step 2 refuses, and says where and what it expected:', () => {
  const inMain = (text: string): string =>
    `struct s { int x; char name[4]; };\nint g; int f(int a) { return a; } void nothing(void) { }\nint main(int argc, char **argv) { int x; int *p; struct s s; long a[3];\n${text}\n}\n`;

  it.each([
    ['an unknown name', inMain('x = y;'), "4: expected a name that is declared, met 'y'"],
    ['a missing semicolon', inMain('x = 1'), "5: expected ;, met '}'"],
    ['a missing brace', 'int f(int a) {\n', '2: expected }, met the end of the text'],
    ['a missing parenthesis', inMain('if (x { }'), "4: expected ), met '{'"],
    ['no condition', inMain('while x'), "4: expected (, met 'x'"],
    ['a missing bracket', inMain('x = a[1;'), "4: expected ], met ';'"],
    ['no expression', inMain('x = ;'), "4: expected an expression, met ';'"],
    ['a statement that is none', inMain('else x = 1;'), "4: expected if before else, met 'x'"],
    ['a do without while', inMain('do x = 1; x = 2;'), "4: expected while behind the body of do, met 'x'"],
    ['a declaration of two', inMain('int y, z;'), "4: expected ; behind a declaration (one variable each), met ','"],
    ['a comma operator', inMain('x = 1, 2;'), "4: expected ;, met ','"],
    ['an assignment to a value', inMain('x + 1 = 2;'), "4: expected something that can be assigned before this, met '='"],
    ['an assignment to an array', inMain('a = 0;'), "4: expected a number or pointer before this, met '='"],
    ['an assignment to a struct', inMain('s = s;'), "4: expected a number or pointer before this, met '='"],
    ['an array with initial values in a block', inMain('int b[2] = {1, 2};'), "4: expected a number or pointer before this, met '='"],
    ['a step of a value', inMain('5++;'), "4: expected something that can be assigned before this, met '++'"],
    ['a struct as a value', inMain('f(s);'), "4: expected a number or pointer before this, met ')'"],
    ['the result of a function without one', inMain('x = nothing();'), "4: expected a number or pointer before this, met ';'"],
    ['a number that is followed like a pointer', inMain('x = *x;'), "4: expected a pointer before this, met ';'"],
    ['a number with an index', inMain('x = x[1];'), "4: expected a pointer or an array before [, met '1'"],
    ['a pointer as index', inMain('x = a[p];'), "4: expected a number as index, met ']'"],
    ['a sum of pointers', inMain('p = p + p;'), "4: expected a number on one side of +, met ';'"],
    ['a number without a pointer', inMain('p = 1 - p;'), "4: expected a pointer on the left of -, met ';'"],
    ['a difference of pointers to different things', inMain('x = p - (char *)p;'), "4: expected pointers of one type, met ';'"],
    ['a product of pointers', inMain('x = p * 2;'), "4: expected numbers on both sides of the operator before this, met ';'"],
    ['the opposite of a pointer', inMain('x = -p;'), "4: expected a number before this, met ';'"],
    ['steps of unknown size', inMain('void *v; v = v + 1;'), "4: expected a type whose size is known before this, met ';'"],
    ['a member that is not there', inMain('s.y = 1;'), "4: expected a member of the struct, met 'y'"],
    ['a member of a number', inMain('x.y = 1;'), "4: expected a struct before this, met '.'"],
    ['a member of a pointer', inMain('p.y = 1;'), "4: expected a struct before this, met '.'"],
    ['an address of a value', inMain('p = &5;'), "4: expected something in memory before this, met ';'"],
    ['a cast to a struct', inMain('x = (struct s)x;'), "4: expected a number or pointer type, met ';'"],
    ['a size of a variable', inMain('x = sizeof(x);'), "4: expected a type, met 'x'"],
    ['too few arguments', inMain('f();'), "4: expected more arguments, met ')'"],
    ['too many arguments', inMain('f(1, 2);'), "4: expected ) as the function has no more parameters, met '2'"],
    ['a function that is not called', inMain('x = f;'), "4: expected ( behind a function's name, met ';'"],
    ['a value for no result', 'void f(void) { return 1; }', "1: expected ; as the function has no result, met '1'"],
    ['no value for a result', 'int f(void) { return; }', "1: expected the value of the result, met ';'"],
    ['a break outside', inMain('break;'), "4: a break outside of a loop or switch, met ';'"],
    ['a continue outside', inMain('switch (x) { case 1: continue; }'), "4: a continue outside of a loop, met ';'"],
    ['a case outside', inMain('case 1: x = 1;'), "4: a case outside of switch, met '1'"],
    ['a case twice', inMain('switch (x) { case 1: case 2 - 1: x = 1; }'), "4: a case that is there already, met ':'"],
    [
      'a default twice',
      inMain('switch (x) { default: default: x = 1; }'),
      "4: a default that does not belong to a switch, or is the second one, met ':'",
    ],
    ['a case that varies', inMain('switch (x) { case x: x = 1; }'), "4: expected a constant before this, met ':'"],
    ['a case at the end', inMain('switch (x) { case 1: }'), "4: expected an expression, met '}'"],
    ['a switch on a pointer', inMain('switch (p) { }'), "4: expected a number before this, met '{'"],
    ['a division by zero', 'enum { A = 1 / 0 };', "1: a division by zero, met '}'"],
    ['a name twice in a block', inMain('int x;'), "4: a name that is declared already, met ';'"],
    ['a name twice outside', 'int x;\nint x;', "2: a name that is declared already, met ';'"],
    ['a parameter twice', 'int f(int a, int a) { }', "1: a name that is declared already, met '{'"],
    ['a parameter as a local', 'int f(int a) { int a; }', "1: a name that is declared already, met ';'"],
    ['a function twice', 'int f(int a) { }\nint f(int a) { }', "2: a function that is there already, met '{'"],
    ['a function that differs', 'int f(int a);\nlong f(int a) { }', "2: a function that differs from its prototype, met '{'"],
    ['parameters that differ', 'int f(int a);\nint f(long a) { }', "2: a function that differs from its prototype, met '{'"],
    ['a parameter without name', 'int f(int) { }', "1: expected names for all parameters before this, met '{'"],
    ['a struct as parameter', `struct s { int x; };\nint f(struct s s);`, "2: expected a number or pointer as parameter, met 's'"],
    ['a struct as result', `struct s { int x; };\nstruct s f(void);`, "2: expected a function without a struct as result, met '('"],
    ['a struct twice', 'struct s { int x; };\nstruct s { int x; };', "2: a struct that is defined twice, met '{'"],
    ['a member twice', 'struct s { int x; long x; };', "1: a member that is there already, met 'x'"],
    ['an empty struct', 'struct s { };', "1: expected a member, met '}'"],
    ['a struct within itself', 'struct s { struct s x; };', "1: expected a type whose size is known before this, met ';'"],
    ['a struct that is nowhere', 'struct s x;', "1: expected a type whose size is known before this, met ';'"],
    ['a variable of type void', 'void x;', "1: expected a type whose size is known before this, met ';'"],
    ['an array of arrays', 'int a[2][2];', "1: an array of arrays, met '['"],
    ['an array of nothing', 'int a[0];', "1: an array needs 1 to 1073741824 bytes, met ']'"],
    ['an array of too much', 'long a[200000000];', "1: an array needs 1 to 1073741824 bytes, met ']'"],
    ['an array without length', 'int a[];', "1: expected a type whose size is known before this, met ';'"],
    ['variables of too much', 'char a[1000000000];\nchar b[1000000000];', "2: more than 1073741824 bytes of variables, met ';'"],
    ['too many initial values', 'int a[2] = {1, 2, 3};', "1: expected } as the array is full, met '3'"],
    ['too long a string', 'char a[2] = "abc";', '1: expected a shorter string, met \'"abc"\''],
    ['an initial value that varies', 'int x;\nint y = x;', "2: expected a constant or a string before this, met ';'"],
    ['a string for a number', 'int x = "x";', "1: expected a number before this, met ';'"],
    ['a struct with initial value', 'struct s { int x; };\nstruct s s = 1;', "2: expected a variable without initial value, met ';'"],
    ['unsigned alone', 'unsigned x;', "1: expected long (S has unsigned long only), met 'x'"],
    ['a word of C that S lacks', 'static int x;', "1: a word that S does not have, met 'static'"],
    ['a preprocessor', '#define X 1', "1: a character that S does not use, met '#'"],
    ['anything else outside', 'x = 1;', "1: expected a type, met 'x'"],
    ['a type without a name', 'int 5;', "1: expected the name of a variable or function, met '5'"],
    ['an enum without names', 'enum { };', "1: expected the name of a constant, met '}'"],
    ['an enum with a name', 'enum e { A };', "1: expected { behind enum, met 'e'"],
    ['a comment that does not end', 'int x;\n/* abc', '2: expected the end of the comment, met the end of the text'],
    ['a string that does not end', inMain('p = "abc);'), `4: expected a closing quote in the same line, met '"abc);\n'`],
    ['an escape that S lacks', inMain("x = '\\q';"), `4: expected \\n \\t \\r \\\\ \\" \\' \\0 or \\x with two digits, met ''\\q'`],
    ['two characters between quotes', inMain("x = 'ab';"), "4: expected one character between quotes, met ''a'"],
    ['none between quotes', inMain("x = '';"), "4: expected a character between the quotes, met '''"],
    ['an octal number', inMain('x = 017;'), "4: expected a decimal number without leading zeros, met ''"],
    ['a number with letters', inMain('x = 17L;'), "4: expected a number without letters behind, met '17L'"],
    ['a hexadecimal number without digits', inMain('x = 0xg;'), "4: expected a hexadecimal digit, met '0x'"],
    ['a number of more than 64 bits', inMain('x = 0x10000000000000000;'), "4: a number of more than 64 bits, met '0x1000000000000000'"],
    [
      'a number above the largest long',
      inMain('x = 9223372036854775808;'),
      "4: a decimal number above 9223372036854775807, met '922337203685477580'",
    ],
    [
      'a function that is called and nowhere',
      'int f(int a);\nint main(int argc, char **argv) { return f(1); }',
      '1: expected a body for the function f',
    ],
    ['no main', 'int x;', '1: expected a body for the function main'],
    ['another main', 'int main(void) { }', "1: a function that differs from its prototype, met '{'"],
    ['too deep an expression', inMain(`x = ${'('.repeat(3000)}1${')'.repeat(3000)};`), "4: more than 2000 levels within each other, met '('"],
    ['too deep a statement', inMain('{'.repeat(3000) + '}'.repeat(3000)), "4: more than 2000 levels within each other, met '{'"],
    ['too large locals', inMain('char b[900000000];'), "4: more than 536870912 bytes of locals, met ';'"],
  ])('%s', (_, text, message) => {
    expect(ladder.run(step2, ladder.write('bad.c', text), 'bad')).toEqual({
      status: 1,
      signal: null,
      stdout: '',
      stderr: `${ladder.path('bad.c')}:${message}\n`,
    });
    expect(existsSync(ladder.path('bad'))).toBe(false);
  });

  it.each([
    ['too large a string', `char *s = ${'"0123456789abcdef"\n'.repeat(4200)};`, 'a string of more than 65534 bytes'],
    ['too many strings', inMain(`p = "${'x'.repeat(60000)}";\n`.repeat(80)), 'more than 4 MB of strings'],
    ['too much data', `int x = 1; char a[8000000] = "x";\nchar b[4000000] = "y";`, 'more than 8 MB of data'],
    ['too much code', inMain('x = g + g * g + f(g) + g;\n'.repeat(200_000)), 'more than 8 MB of machine code'],
  ])('%s', (_, text, message) => {
    const ran = ladder.run(step2, ladder.write('bad.c', text), 'bad');
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(message);
  });

  it('too much text, files that are not there, bytes of zero, no arguments', () => {
    ladder.write('large.c', `// ${'x'.repeat(9_000_000)}\n`);
    ladder.write('zero.c', 'int x\0;\n');
    ladder.write('p.c', 'int main(int argc, char **argv) { return 0; }\n');
    expect(ladder.run(step2, 'large.c', 'p').stderr).toBe('large.c: more than 8 MB of text\n');
    expect(ladder.run(step2, 'zero.c', 'p').stderr).toBe('zero.c: has a byte of zero\n');
    expect(ladder.run(step2, 'p.c', 'missing.c', 'p').stderr).toBe('missing.c: cannot be opened\n');
    expect(ladder.run(step2, '.', 'p').stderr).toBe('.: cannot be read\n');
    expect(ladder.run(step2, 'p.c', 'missing/p').stderr).toBe('missing/p: cannot be created\n');
    expect(ladder.run(step2, 'p.c', '/dev/full').stderr).toBe('/dev/full: cannot be written\n');
    expect(ladder.run(step2, 'p.c')).toEqual({ status: 1, signal: null, stdout: '', stderr: 'usage: step2 FILE... PROGRAM\n' });
  });

  it('the right file, when there are several', () => {
    ladder.write('a.c', 'int g;\n');
    ladder.write('b.c', '\nint f(int a) { return h; }\n');
    ladder.write('c.c', 'int x;\n');
    expect(ladder.run(step2, 'a.c', 'b.c', 'c.c', 'bad').stderr).toBe("b.c:2: expected a name that is declared, met 'h'\n");
  });
});
