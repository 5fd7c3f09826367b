/**
 * The ladder's C compiler has an error message for everything that it does not compile, and never does anything else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilerByHost, HEADERS, LIBRARY, mustRun, PROGRAMS, run, sharedFolder } from './c-compiler.js';
import { mutated } from './random-c.js';

const PROGRAMS_TO_TRY = Number(process.env['LADDER_PROGRAMS'] ?? 15) * 10;

/** A source, and where and what the error is. */
const ERRORS: readonly (readonly [source: string, message: string])[] = [
  ['int main(void) { return 0 }', "x.c:1: expected ';', found '}'"],
  ['int main(void) {\n  return x;\n}', "x.c:2: this name is not declared: 'x'"],
  ['int f(int);\nint main(void) { return f(1, 2); }', 'x.c:2: too many arguments in this call'],
  ['int f(int);\nint main(void) { return f(); }', 'x.c:2: too few arguments in this call'],
  ['int f(void);\nint main(void) { return f(); }', "x.c:2: no unit defines 'f'"],
  ['int a;\nlong a;', "x.c:2: this was declared as something else before: 'a'"],
  ['int a = 1;\nint a = 2;', "x.c:2: this is defined twice: 'a'"],
  ['void f(void) {}\nvoid f(void) {}', "x.c:2: this function is defined twice: 'f'"],
  ['void f(void) { int a; int a; }', "x.c:1: this name is declared twice: 'a'"],
  ['struct s { int a; };\nint f(struct s *p) { return p->b; }', "x.c:2: the structure has no member 'b'"],
  ['struct s { int a, a; };', "x.c:1: this member is declared twice: 'a'"],
  ['struct s;\nstruct s x;\nint main(void) { }', "cc: the size of this variable is missing: 'x'"],
  ['struct s;\nint f(struct s *p) { return sizeof *p; }', 'x.c:2: the size of this type is not known'],
  ['void f(void) { 1 = 2; }', 'x.c:1: expected a variable on the left'],
  ['void f(int a) { a(); }', "x.c:1: expected a function before '('"],
  ['void f(int a) { *a; }', 'x.c:1: expected a pointer'],
  ['void f(int a, int *p) { a = p; }', 'x.c:1: a pointer does not fit into this type (a cast would allow it)'],
  ['void f(int *p) { p * 2; }', 'x.c:1: these operands do not suit this operator'],
  ['void f(float x) { x % 2; }', 'x.c:1: this operator needs integers'],
  ['void f(void) { goto a; }', "x.c:1: this label does not exist: 'a'"],
  ['void f(void) { break; }', "x.c:1: 'break' needs a loop or a switch"],
  ['void f(int a) { switch (a) { case 1: case 1:; } }', 'x.c:1: this case occurs twice'],
  ['int f(int a) { int b[a]; }', 'x.c:1: expected a constant expression'],
  ['int f(void) { static int a = f(); }', 'x.c:1: expected a constant'],
  ['int a[2] = { 1, 2, 3 };', 'x.c:1: there are too many initialisers'],
  ['struct s { int b : 33; };', 'x.c:1: expected a width that the type can hold'],
  ['int f(a) int a; { return a; }', 'x.c:1: expected the type of a parameter (old-style definitions are not supported)'],
  ['f(void) { }', 'x.c:1: expected a type'],
  ['void f(void) { __asm__("nop"); }', 'x.c:1: not supported: asm'],
  ['int a __attribute__((weak));', "x.c:1: not supported: attribute 'weak'"],
  ["int a = 'abcde';", 'x.c:1: expected one to four characters between the quotes'],
  ['char *s = "abc\n";', "x.c:1: expected an expression, found '\"abc'"],
  ['int a = 08;', 'x.c:1: this number is malformed'],
  ['int a = 0x10000000000000000;', 'x.c:1: this number is above 64 bits'],
  ['double d = 1e;', 'x.c:1: expected digits in the exponent'],
  ['/* no end', 'x.c:1: this comment has no end'],
  ['#if 1\n\n', 'x.c:1: this conditional has no #endif'],
  ['#endif', 'x.c:1: this directive has no #if'],
  ['\n#error  this is wrong', "x.c:2: the source says '#error  this is wrong'"],
  ['#include "nothing.h"', "x.c:1: no such file to include: 'nothing.h'"],
  ['#include "x.c"', 'x.c:1: files include each other more than 100 levels deep'],
  ['#define f(a) a\nint a = f(1;', "x.c:2: this macro call has no ')'"],
  ['#define f(a, b) a\nint a = f(1);', 'x.c:2: this macro call has too few arguments'],
  ['#define f(a) a ## +\nint a = f(1);', "x.c:2: this is not one token: '1+'"],
  ['#pragma pack(1)', "x.c:1: not supported: #pragma 'pack'"],
  ['#if 1 +\n#endif', "x.c:1: expected an expression, found 'end of line'"],
  ['int main(void) { long double a[9]; return a; }', 'x.c:1: a pointer does not fit into this type (a cast would allow it)'],
  ['int a;', 'cc: no unit defines main'],
];

describe('errors', () => {
  const directory = sharedFolder();
  let compiler: string;
  beforeAll(() => {
    compiler = compilerByHost('gcc', directory, '-fsanitize=undefined', '-fno-sanitize-recover=undefined');
  });

  it.each(ERRORS)('%j: %s', (source, message) => {
    writeFileSync(join(directory, 'x.c'), source);
    expect(run(compiler, ['-o', 'x', 'x.c'], directory)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
  });

  it.each([
    [[], 'cc: expected [-I DIR]... [-D NAME[=VALUE]]... -o OUTPUT FILE.c...'],
    [['-c', 'x.c'], "cc: this option is unknown: '-c'"],
    [['x.c', '-o'], "cc: expected a value after '-o'"],
    [['-o', 'x', 'nothing.c'], "cc: cannot read 'nothing.c'"],
    [['-o', 'nothing/x', 'good.c'], "cc: cannot create 'nothing/x'"],
  ])('%j on the command line: %s', (args, message) => {
    writeFileSync(join(directory, 'good.c'), 'int main(void) { return 0; }');
    expect(run(compiler, args, directory)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
  });

  it.each([
    ['parentheses', `int a = ${'('.repeat(100_000)}1${')'.repeat(100_000)};`],
    ['signs', `int a = ${'- '.repeat(100_000)}1;`],
    ['sums', `int f(int a) { return ${'a + '.repeat(100_000)}a; }`],
    ['assignments', `void f(int a) { ${'a = '.repeat(100_000)}a; }`],
    ['conditions', `int f(int a) { return ${'a ? a : '.repeat(100_000)}a; }`],
    ['commas', `void f(int a) { ${'a, '.repeat(100_000)}a; }`],
    ['blocks', `void f(void) { ${'{'.repeat(100_000)}`],
    ['ifs', `void f(void) { ${'if (1) '.repeat(100_000)};`],
    ['pointers', `int ${'*'.repeat(100_000)}a;`],
    ['arrays', `int a${'[1]'.repeat(100_000)};`],
    ['functions', `int a${'(int '.repeat(100_000)};`],
    ['declarators', `int ${'('.repeat(100_000)}a${')'.repeat(100_000)};`],
    ['structures', 'struct { '.repeat(100_000)],
    ['macro calls', `#define f(a) a\nint a = ${'f('.repeat(100_000)}1${')'.repeat(100_000)};`],
    [
      'units of memory',
      `#define a b b b b b b b b b b b b b b b b\n#define b c c c c c c c c c c c c c c c c\n#define c d d d d d d d d d d d d d d d d\n#define d e e e e e e e e e e e e e e e e\n#define e 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n${'a\n'.repeat(100)}`,
    ],
  ])('endless %s are too many', (_, source) => {
    writeFileSync(join(directory, 'x.c'), source);
    const ran = run(compiler, ['-o', 'x', 'x.c'], directory);
    expect(ran.status, ran.stderr.slice(0, 200)).toBe(1);
    expect(ran.stderr).toMatch(/nested too deeply|too many|memory that is set aside|no end/);
  });

  it('does not mind long lists', () => {
    writeFileSync(
      join(directory, 'x.c'),
      `int main(void) { int a[] = { ${'1, '.repeat(100_000)}}, i, sum = 0; for (i = 0; i < 100000; i++) sum += a[i]; return sum == 100000; }`,
    );
    mustRun(compiler, ['-o', 'x', 'x.c'], directory);
    expect(run(join(directory, 'x')).status).toBe(1);
  });

  it('meets damaged programs with a message', () => {
    const sources = ['language.c', 'macros.c'].map((name) => readFileSync(join(PROGRAMS, name), 'latin1'));
    let refused = 0;
    for (let index = 0; index < PROGRAMS_TO_TRY; index++) {
      const seed = (Date.now() + index) % 2 ** 31;
      writeFileSync(join(directory, 'x.c'), mutated(sources[index % sources.length]!, seed), 'latin1');
      const ran = run(compiler, [...HEADERS, '-o', 'x', 'x.c', ...LIBRARY], directory);
      expect(ran.status === 0 || ran.status === 1, `status ${String(ran.status)} of what ${String(seed)} makes`).toBe(true);
      expect(ran.stderr, `what ${String(seed)} makes`).toMatch(ran.status === 0 ? /^$/ : /^(cc|[^\n:]+:\d+): [^\n]+\n$/);
      refused += Number(ran.status === 1);
    }
    expect(refused).toBeGreaterThan(PROGRAMS_TO_TRY / 4);
    mustRun(compiler, [...HEADERS, '-o', 'x', join(PROGRAMS, 'language.c'), ...LIBRARY], directory);
  });
});
