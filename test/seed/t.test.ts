import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ladder, type Ran, STEP1 } from './ladder.js';

const FIRST_PROCESS = fileURLToPath(new URL('first-process.t', import.meta.url));

const LIBRARY = `
int length(int s) { int n = 0; while (byte(s + n)) n = n + 1; return n; }
int say(int s) { sys(1, 1, s, length(s)); return 0; }
int number(int n) {
  if (n < 0) { say("-"); n = -n; }
  if (n > 9) number(n / 10);
  sys(1, 1, "0123456789" + n % 10, 1);
  return 0;
}
int line(int n) { number(n); say("\\n"); return 0; }
`;

/** Each is a program in T that is one in C, too, and writes numbers. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'operators and how strongly they bind': `int main(int argc, int argv) {
    line(1 + 2 * 3 - 4); line((1 + 2) * 3 << 2 | 1); line(7 - 2 - 1); line(100 / 7 % 5); line(-100 / 7); line(-100 % 7); line(1 < 2 == 1);
    line(6 & 3 ^ 8 | 16); line(0 - 17 >> 1); line(1 | 2 == 2); line(5 - -5); line(!5 + !0); line(! !7); line(2 <= 2); line(3 >= 4); line(3 != 4);
    line(1 && 2); line(0 || 3); line(0 && 1 || 1); line(1 || 0 && 0); line(1 < 2 && 2 < 3); line(-3 < 2); line(-3 > 2); return 0; }`,
  'a right side that is left out': `int calls;
    int side(int n) { calls = calls + 1; return n; }
    int main(int argc, int argv) {
      line(side(0) && side(1)); line(calls); line(side(3) || side(1)); line(calls); line(side(2) && side(0)); line(calls); return 0; }`,
  'if, else, while, return': `
    int sign(int n) { if (n < 0) return -1; else if (n == 0) return 0; else { return 1; } }
    int main(int argc, int argv) {
      int i = -2;
      while (i <= 2) { if (i != 1) line(sign(i)); i = i + 1; }
      if (i == 3) if (i == 4) line(1); else line(2);
      while (1) { i = i + 1; if (i > 10) return 42; }
    }`,
  'functions that call each other, and many arguments': `
    int at_once(int n); int at_once(int n) { return n + 1; }
    int even(int n);
    int odd(int n) { if (n == 0) return 0; return even(n - 1); }
    int even(int n) { if (n == 0) return 1; return odd(n - 1); }
    int none() { return 5; }
    int many(int a, int b, int c, int d, int e, int f, int g) { return a + b * 10 + c * 100 + d * 1000 + e * 10000 + f * 100000 + g * 1000000; }
    int main(int argc, int argv) { line(even(10)); line(odd(10)); line(none()); line(at_once(6)); line(many(1, 2, 3, 4, 5, 6, 7)); return 3; }`,
  'memory, bytes and words': `int global;
    int main(int argc, int argv) {
      int p = sys(12, 0, 0, 0);
      sys(12, p + 100, 0, 0);
      word(p) = 123456789; word(p) = word(p) * 1000; byte(p + 8) = 300; word(p + 16) = word(p + 24) = 7; global = p;
      line(word(p)); line(byte(p)); line(byte(p + 8)); line(word(global + 16)); line(byte(p + 7)); line(argc); say(word(argv + 8)); return 0; }`,
  'blocks, and names within them': `int x;
    int f(int x) { { int x = 5; x = x + 1; { int x; x = 7; } line(x); } return x; }
    int main(int argc, int argv) { line(f(9)); x = 3; { int y = x; { int y = 4; x = y; } line(y); } line(x); return 0; }`,
  'constants, characters, strings': `enum { A, B, C = 'c', D, E = 0x7fff, };
    enum { F = 12 };
    int main(int argc, int argv) {
      line(A); line(B); line(C); line(D); line(E); line(F); line('\\n'); line('\\\\'); line('\\''); line('"'); line('\\0'); line('\\t'); line('\\r');
      say("a\\tb\\\\ \\"quoted\\"\\n"); line(length("")); line(byte("xyz" + 1)); line(2147483647); line(0xabcdef); // comment
      // comment
      return 0; }`,
};

let ladder: Ladder;
beforeAll(() => {
  ladder = new Ladder();
});
afterAll(() => ladder.close());

describe('T', () => {
  it.each(Object.entries(PROGRAMS))('%s: as in C', (_, text) => {
    const source = ladder.write('p.t', LIBRARY + text);
    ladder.mustRun(ladder.seed, STEP1, source, 'p');
    const ran = ladder.run('./p', 'argument');
    expect(ran.stdout).not.toBe('');
    expect(ran).toEqual(ladder.run(ladder.compileTAsC(source, 'by-gcc'), 'argument'));
  });

  it('has numbers of 32 bits without a sign, and 64 bits in all else', () => {
    ladder.write('p.t', `${LIBRARY} int main(int argc, int argv) { line(4294967295); line(0xffffffff * 0x7fffffff); line(-4294967295 - 1); }`);
    ladder.mustRun(ladder.seed, STEP1, 'p.t', 'p');
    expect(ladder.run('./p').stdout).toBe('4294967295\n9223372030412324865\n-4294967296\n');
  });

  it('is what docs/seed.md shows, and so is the notation of the seed', () => {
    const blocks = [...readFileSync(new URL('../../docs/seed.md', import.meta.url), 'utf8').matchAll(/```\n(.*?)```/gs)].map(([, block]) => block!);
    ladder.write(
      'doc.hex',
      blocks.find((block) => block.startsWith('#!/seed'))!,
    );
    ladder.write(
      'doc.t',
      blocks.find((block) => block.includes('int main('))!,
    );
    expect(ladder.run(ladder.seed, 'doc.hex').stdout).toBe('hello\n');
    expect(ladder.run(ladder.seed, STEP1, 'doc.t', './doc', 'four').status).toBe(4);
    expect(ladder.run('./doc')).toEqual({ status: 1, signal: null, stdout: '', stderr: 'usage\n' });
  });

  it('runs what it made if there are arguments', () => {
    ladder.write('p.t', `${LIBRARY} int main(int argc, int argv) { line(argc); say(word(argv + 16)); return 9; }`);
    expect(ladder.run(ladder.seed, STEP1, 'p.t', './p', 'one', 'two')).toEqual({ status: 9, signal: null, stdout: '3\ntwo', stderr: '' });
  });

  it('is enough for the first process of a machine', () => {
    ladder.write('script', `./seed ${STEP1} missing.t never\n./seed ${STEP1} ${FIRST_PROCESS} again\n`);
    ladder.mustRun(ladder.seed, STEP1, FIRST_PROCESS, 'first');
    expect(ladder.run(ladder.seed, STEP1, FIRST_PROCESS, './first', 'script').stdout).toMatch(/^never failed: 256\nagain \d+\nall lines were run\n$/);
  });
});

describe('step 1 refuses, and says where and why:', () => {
  const refuse = (text: string): Ran => ladder.run(ladder.seed, STEP1, ladder.write('bad.t', text), 'bad');
  const inMain = (statements: string): string => `int g;\nint f(int a) { return a; }\nint main(int argc, int argv) {\n${statements}\n}\n`;

  it.each([
    ['an unknown name', inMain('return x + 1;'), '4: unknown name at: x + 1;'],
    ['a missing semicolon', inMain('g = 1'), '5: expected ; at: }'],
    ['a missing parenthesis', inMain('g = (1 + 2;'), '4: expected ) at: ;'],
    ['a missing brace', 'int f() { { }', '1: expected a value at: '],
    ['a condition without parentheses', inMain('if g return 1;'), '4: expected ( at: g return 1;'],
    ['a missing operand', inMain('return 1 + ;'), '4: expected a value at: ;'],
    ['an operator that T lacks', inMain('g += 1;'), '4: expected a value at: = 1;'],
    ['a wrong number of arguments', inMain('f(1, 2);'), '4: wrong number of arguments before this at: ;'],
    ['a function without parentheses', inMain('f;'), '4: expected ( at: ;'],
    ['an assignment to a constant', `enum { A };\n${inMain('A = 1;')}`, '5: expected ; at: = 1;'],
    ['a string that does not end', inMain('f("abc);'), '4: expected the closing quote at: "abc);'],
    ['a character that does not end', inMain("f('ab');"), "4: expected the closing quote at: 'ab');"],
    ['a number that is too large', inMain('g = 4294967296;'), '4: a number must be below 4294967296 at: 4294967296;'],
    ['a name that is too long', 'int abcdefghijklmnopq;', '1: a name has 16 characters at most at: abcdefghijklmnopq;'],
    ['a name that is a number', inMain('int 1;'), '4: expected a name at: 1;'],
    ['a variable that is there twice', 'int g;\nint g;\n', '2: declared before, or differently at: ;'],
    ['a constant that is there twice', 'enum { A,\nA };\n', '2: declared before, or differently at: A };'],
    ['a function that is there twice', inMain('') + 'int f(int b) { return b; }', '6: declared before, or differently at: { return b; }'],
    ['another prototype', 'int f(int a);\nint f(int a, int b);', '2: declared before, or differently at: ;'],
    ['a variable that was a function', 'int f(int a);\nint f;', '2: declared before, or differently at: ;'],
    ['a function that was a variable', 'int g;\nint g() { }', '2: declared before, or differently at: { }'],
    ['a prototype alone', 'int h(int a);\nint main(int argc, int argv) { return h(1); }', '1: a function without a body, or no main at: h(int a);'],
    ['no main', 'int f() { }', '1: a function without a body, or no main at: int f() { }'],
    ['a main with other parameters', 'int main() { }', '1: declared before, or differently at: { }'],
    ['a parameter without int', 'int f(a) { }', '1: expected int at: a) { }'],
    ['anything else outside of functions', '\n\nf() { }', '3: expected int or enum at: f() { }'],
    ['a constant that is no number', 'enum { A = B };', '1: expected a number at: B };'],
    ['a list that does not end', 'enum { A B };', '1: expected } at: B };'],
    ['a character that no program has', inMain('g = $;'), '4: expected a value at: $;'],
  ])('%s', (_, text, message) => {
    expect(refuse(text)).toEqual({ status: 1, signal: null, stdout: '', stderr: `step1: line ${message}\n` });
    expect(existsSync(ladder.path('bad'))).toBe(false);
  });

  const many = 'too many names or locals, or too large a program';
  it.each([
    ['too many names', Array.from({ length: 27000 }, (_, i) => `int g${i};`).join('\n'), many],
    ['too many locals', inMain(Array.from({ length: 8200 }, (_, i) => `int l${i};`).join('\n')), many],
    ['too large a program', inMain('g = g + g + g + g + g + g + g + g + g + g;\n'.repeat(8000)), many],
    ['too large a string', inMain(`f("${'x'.repeat(0xffff0 - 1000)}");f("${'x'.repeat(900)}");`), many],
    ['too large a source', `// ${'x'.repeat(0x100000)}`, 'cannot read the source, or it has more than 1 MB'],
  ])('%s', (_, text, message) => {
    const ran = refuse(text);
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(new RegExp(`^step1: line \\d+: ${message} at: `));
  });

  it('a file that is not there, for reading or writing', () => {
    expect(ladder.run(ladder.seed, STEP1, 'missing.t', 'p').stderr).toBe('step1: line 1: cannot read the source, or it has more than 1 MB at: \n');
    expect(ladder.run(ladder.seed, STEP1, ladder.write('p.t', 'int main(int a, int b) { }\n'), 'missing/p').stderr).toBe(
      'step1: line 2: cannot write or run the program at: \n',
    );
    expect(ladder.run(ladder.seed, STEP1).status).toBe(1);
  });
});
