/**
 * Random programs in S that have one meaning as C programs, too: nothing that C leaves open, and no `int` outside of 32 bits. The
 * latter needs care, as S computes everything in 64 bits: an expression of type `int` carries a bound of its value.
 */

type Type = 'int' | 'long' | 'unsigned long';

interface Expression {
  readonly text: string;
  readonly type: Type;
  /** The value of an `int` is within -bound and bound. */
  readonly bound: number;
}

const INT = 2 ** 31 - 1;
const LIBRARY = `long syscall(long number, long a, long b, long c);
struct pair { char c; int i; };
struct item { int i; char c; long l; struct pair pair; unsigned long u; char letters[5]; struct item *next; long array[4]; };
void show(long n) {
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

/** Functions for use within expressions: they change nothing, so it does not matter in which order they are called. */
const PURE = `
char low(long a) { return a; }
int middle(unsigned long a) { return a >> 16; }
unsigned long high(int a) { return a; }
long mix(char a, int b, long c, unsigned long d, struct item *e, char *f, int g) { return a + b * (long)3 - c % 1000 + (d >> 3) + e->l + *f - g; }
int count(int n) { if (n <= 0 || n > 9) return 0; return count(n - 1) + n; }
`;
const FUNCTIONS: readonly (readonly [name: string, parameters: number, type: Type, bound: number])[] = [
  ['low', 1, 'int', 255],
  ['middle', 1, 'int', 2 ** 31],
  ['high', 1, 'unsigned long', INT],
  ['count', 1, 'int', 45],
  ['mix', 7, 'long', INT],
];

/** A small generator of equally distributed numbers (mulberry32), so that a seed is all a failure needs to be seen again. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The text of a program that writes many numbers. */
export function randomProgram(seed: number): string {
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  let loops = 0;

  const small = (): string => pick(['0', '1', '2', '3', '7', '10', '-1', '-5', "'a'", '100', '0xff', 'SEVEN', '255', '-128', '65535']);
  const large = (): string =>
    pick(['0x7fffffffffffffff', '0x123456789abcdef', '4294967296', '-9223372036854775807', '2147483648', '10000000007', '-2147483649']);

  /** Places of each type: globals, locals, members, elements, what pointers point to. */
  const index = (): string => `[${pick(['0', '1', '2', '3', '(i & 3)', '(c & 3)', '(gl & 3)', '(u & 3)'])}]`;
  const item = (): string => pick(['record.', 'p->', 'records[1].', `records${index()}.`, '(*p).', 'records[2].next->', '(&record)->', '(p + 1)->']);
  const place = (type: Type | 'char'): string => {
    switch (type) {
      case 'char':
        return pick(['c', 'gc', `${item()}c`, `${item()}letters${index()}`, `ca${index()}`, `gca${index()}`, '(*cp)', 'cp[1]', `${item()}pair.c`]);
      case 'int':
        return pick(['i', 'gi', `${item()}i`, `ia${index()}`, `gia${index()}`, '(*ip)', 'ip[1]', `${item()}pair.i`, '(*(gia + (c & 3)))']);
      case 'long':
        return pick(['l', 'gl', `${item()}l`, `la${index()}`, `gla${index()}`, '(*lp)', '(**lpp)', `${item()}array${index()}`]);
      case 'unsigned long':
        return pick(['u', 'gu', `${item()}u`, `ua${index()}`, `gua${index()}`, '(*up)']);
    }
  };

  const wide = (text: string, type: Type): Expression => ({ text, type, bound: INT });
  const common = (a: Expression, b: Expression): Type =>
    a.type === 'unsigned long' || b.type === 'unsigned long' ? 'unsigned long' : a.type === 'long' || b.type === 'long' ? 'long' : 'int';
  /** The expression, as a long if the bound of an int is too large. */
  const bounded = (text: string, type: Type, bound: number, fallback: () => string): Expression =>
    type !== 'int' || bound <= INT ? { text, type, bound } : wide(fallback(), 'long');

  const leaf = (): Expression => {
    switch (random(7)) {
      case 0: {
        const text = small();
        return { text: text.startsWith('-') ? `(${text})` : text, type: 'int', bound: 65535 };
      }
      case 1: {
        const text = large();
        return wide(text.startsWith('-') ? `(${text})` : text, 'long');
      }
      case 2:
        return { text: place('char'), type: 'int', bound: 255 };
      case 3:
        return { text: place('int'), type: 'int', bound: 2 ** 31 };
      case 4:
        return wide(place('long'), 'long');
      case 5:
        return wide(place('unsigned long'), 'unsigned long');
      default:
        return wide(
          pick(['sizeof(struct item)', 'sizeof(char *)', `sizeof(int)`, '(records + 3 - p)', '(unsigned long)&gla[1] - (unsigned long)gla']),
          'long',
        );
    }
  };

  const compare = (a: Expression, b: Expression): Expression => ({
    text: `(${a.text} ${pick(['<', '>', '<=', '>=', '==', '!='])} ${b.text})`,
    type: 'int',
    bound: 1,
  });

  function expression(depth: number): Expression {
    if (depth === 0 || random(8) === 0) {
      const found = leaf();
      // Those two are unsigned, all else is what it says.
      return found.text.startsWith('sizeof') || found.text.startsWith('(unsigned') ? wide(`(${found.text})`, 'unsigned long') : found;
    }
    const a = expression(depth - 1);
    const b = expression(depth - 1);
    const type = common(a, b);
    const as = (text: string): string => `(long)${text}`;
    switch (random(17)) {
      case 0:
        return bounded(`(${a.text} + ${b.text})`, type, a.bound + b.bound, () => `(${as(a.text)} + ${b.text})`);
      case 1:
        return bounded(`(${a.text} - ${b.text})`, type, a.bound + b.bound, () => `(${as(a.text)} - ${b.text})`);
      case 2:
        return bounded(`(${a.text} * ${b.text})`, type, a.bound * b.bound, () => `(${as(a.text)} * ${b.text})`);
      case 3:
        return { text: `(${a.text} / ((${b.text} & 255) + 1))`, type, bound: a.bound };
      case 4:
        return { text: `(${a.text} % ((${b.text} & 255) + 1))`, type, bound: a.bound };
      case 5: {
        // Bits of both: below the next power of two.
        const bound = 2 ** Math.ceil(Math.log2(Math.max(a.bound, b.bound) + 1));
        return bounded(`(${a.text} ${pick(['&', '|', '^'])} ${b.text})`, type, Math.min(bound, INT), () => a.text);
      }
      case 6:
        return a.type === 'int'
          ? bounded(`(${a.text} << (${b.text} & 7))`, 'int', a.bound * 128, () => `(${as(a.text)} << (${b.text} & 63))`)
          : { ...a, text: `(${a.text} << (${b.text} & 63))` };
      case 7:
        return { ...a, text: `(${a.text} >> (${b.text} & ${a.type === 'int' ? 31 : 63}))` };
      case 8:
        return compare(a, b);
      case 9:
        return { text: `(${a.text} ${pick(['&&', '||'])} ${b.text})`, type: 'int', bound: 1 };
      case 10:
        return { text: `(${expression(depth - 1).text} ? ${a.text} : ${b.text})`, type, bound: Math.max(a.bound, b.bound) };
      case 11:
        return bounded(`(- ${a.text})`, a.type, a.bound, () => `(- ${as(a.text)})`);
      case 12:
        return bounded(`(~ ${a.text})`, a.type, a.bound + 1, () => `(~ ${as(a.text)})`);
      case 13:
        return { text: `(! ${a.text})`, type: 'int', bound: 1 };
      case 14: {
        const [cast, to, bound] = pick<readonly [string, Type, number]>([
          ['char', 'int', 255],
          ['int', 'int', 2 ** 31],
          ['long', 'long', INT],
          ['unsigned long', 'unsigned long', INT],
        ]);
        return { text: `(${cast})${a.text}`, type: to, bound };
      }
      case 15: {
        // Without parentheses: precedence.
        const text = `(${a.text} ${pick(['==', '<', '>='])} ${b.text} ${pick(['&&', '||', '|', '&', '^'])} ${leaf().text} ${pick(['<', '!='])} ${leaf().text})`;
        return { text, type: 'int', bound: 1 };
      }
      default: {
        const [name, parameters, result, bound] = pick(FUNCTIONS);
        const values = Array.from({ length: parameters }, (_, k) =>
          k === 4 ? pick(['p', '&record']) : k === 5 ? pick(['gca', 'cp', '&gc']) : expression(1).text,
        );
        return { text: `${name}(${values.join(', ')})`, type: result, bound };
      }
    }
  }

  const value = (): string => expression(1 + random(3)).text;
  const anyPlace = (): string => place(pick(['char', 'int', 'long', 'unsigned long']));

  function statement(depth: number): string {
    const inner = (): string => statement(depth - 1);
    const block = (): string => `{ ${Array.from({ length: 1 + random(3) }, inner).join(' ')} }`;
    const simple = depth === 0;
    switch (random(simple ? 6 : 14)) {
      case 0:
      case 1:
        return `${anyPlace()} = ${value()};`;
      case 2:
        return `${anyPlace()} ${pick(['+=', '-=', '*=', '&=', '|=', '^='])} (long)(${value()});`;
      case 3:
        return `${anyPlace()} ${pick(['/=', '%='])} (${value()} & 1023) + 1;`;
      case 4:
        return `${anyPlace()} ${pick(['<<=', '>>='])} (${value()} & 7);`;
      case 5: {
        const step = pick(['++', '--']);
        return pick([
          `${anyPlace()}${step};`,
          `${step}${anyPlace()};`,
          `l = ${place('char')}${step};`,
          `l = ${step}${place('char')};`,
          `gu = ${step}${place('int')};`,
        ]);
      }
      case 6:
        return `if (${value()}) ${block()}`;
      case 7:
        return `if (${value()}) ${block()} else ${block()}`;
      case 8: {
        const n = `n${loops++}`;
        return `{ int ${n}; for (${n} = 0; ${n} < ${1 + random(4)}; ${n}++) { ${inner()} if (${value()}) ${pick(['continue', 'break'])}; ${inner()} } }`;
      }
      case 9: {
        const n = `n${loops++}`;
        return `{ int ${n} = ${random(4)}; while (${n}-- > 0) ${block()} }`;
      }
      case 10: {
        const n = `n${loops++}`;
        return `{ long ${n} = 0; do { ${inner()} if (${value()}) ${pick(['continue', 'break'])}; } while (++${n} < 3); }`;
      }
      case 11:
        return `switch ((${value()}) & 7) { case 0: ${inner()} break; case SEVEN: ${inner()} case 1 + 1: case 3: { ${inner()} } default: ${inner()} break; case 4: ${inner()} }`;
      case 12: {
        // A name that hides another one; its first value cannot use that name, which means the new variable already.
        const [type, name] = pick<readonly [string, string]>([
          ['long', 'l'],
          ['unsigned long', 'u'],
          ['char', 'c'],
        ]);
        const n = `n${loops++}`;
        return `{ ${type} ${n} = ${value()}; ${type} ${name} = ${n}; ${inner()} ${inner()} }`;
      }
      default:
        return `p = ${pick(['&records[3]', '&records[1]', 'records', 'records + 2', 'records[4].next'])};`;
    }
  }

  const globals = `
enum { ZERO, SEVEN = 7 };
char gc = 200; int gi = -5; long gl = -1; unsigned long gu = 0xfedcba9876543210;
char gca[4] = "abc"; int gia[] = {1, -2, 3, 0x7fffffff}; long gla[4] = {5, -6}; unsigned long gua[4];
struct item record; struct item records[6];
`.replaceAll('; ', ';\n');
  const locals = `char c = 255; int i = -7; long l = 77; unsigned long u = -3; struct item *p = &records[1];
  char ca[4]; int ia[4]; long la[4]; unsigned long ua[4]; char *cp = ca + 1; int *ip = &ia[2]; long *lp = &la[3]; long **lpp = &lp; unsigned long *up = &gua[2];
  for (i = 0; i < 4; i++) { ca[i] = i * 77; ia[i] = i * 1234567; la[i] = -i; ua[i] = i - 2; records[i].next = &record; }
  records[4].next = records; record.next = &records[3];`;
  const all =
    'c i l u gc gi gl gu ca[0] ca[1] ca[2] ca[3] ia[0] ia[1] ia[2] ia[3] la[0] la[1] la[2] la[3] ua[0] ua[1] ua[2] ua[3] gca[0] gia[0] gla[1] gua[2]'.split(
      ' ',
    );
  const items = ['record', 'records[0]', 'records[1]', 'records[2]', 'records[3]'].flatMap((r) =>
    ['i', 'c', 'l', 'u', 'pair.c', 'pair.i', 'letters[1]', 'array[2]'].map((m) => `${r}.${m}`),
  );
  const show = (places: readonly string[]): string => places.map((p) => `  show(${p});`).join('\n');

  const body = (statements: number, depth: number): string =>
    Array.from({ length: statements }, () => `  show(${value()});\n  ${statement(depth)}\n`).join('');
  const parts: string[] = [];
  const calls: string[] = [];
  for (let n = 0; n < 4; n++) {
    const parameters = Array.from({ length: random(4) }, () => pick(['int', 'long', 'unsigned long', 'char']));
    const list = parameters.map((type, k) => `${type} a${k}`).join(', ');
    const uses = parameters.map((_, k) => `  gl += a${k};\n`).join('');
    parts.push(`${pick(['int', 'long', 'unsigned long', 'char'])} f${n}(${list}) {\n  ${locals}\n${uses}${body(6, 2)}  return ${value()};\n}\n`);
    calls.push(`  show(f${n}(${parameters.map(() => pick(['1', 'gi', '-3', 'argc + 1', 'gu'])).join(', ')}));\n`);
  }
  const main = `int main(int argc, char **argv) {\n  ${locals}\n${body(40, 3)}${calls.join('')}${show(all)}\n${show(items)}\n  return gl & 127;\n}\n`;
  return LIBRARY + PURE + globals + parts.join('') + main;
}
