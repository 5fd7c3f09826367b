/** Random C programs about the two things that a C compiler gets wrong most easily: macros and floating numbers. */

/** The same numbers for the same seed. */
export class Random {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let n = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  times<T>(limit: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(limit + 1) }, (_, index) => make(index));
  }

  digits(most: number): string {
    return String(this.below(10)) + this.times(most, () => String(this.below(10))).join('');
  }
}

interface Macro {
  readonly name: string;
  /** `undefined`: it is used without parentheses. */
  readonly parameters: number | undefined;
  readonly isVariadic: boolean;
}

/**
 * A program that prints what some calls of random macros become. Not each is correct: pasted tokens may make none, and
 * arguments may be missing. Then every compiler has to refuse it. A macro uses those before it, or, without parentheses,
 * itself: where a call begins within a macro and ends behind it, C leaves open what comes of it.
 */
export function randomMacros(seed: number): string {
  const random = new Random(seed);
  const macros: readonly Macro[] = Array.from({ length: 3 + random.below(6) }, (_, index) => {
    const parameters = random.below(3) === 0 ? undefined : random.below(4);
    return { name: `m${String(index)}`, parameters, isVariadic: parameters !== undefined && random.below(4) === 0 };
  });
  const plain = (): string => random.pick(['a', 'b', 'a1', '7', '0x1', '+', '-', '->', '"s\\n"', "'c'", '[ a ]', '=', '...', '.']);

  /** Some text that may use words and the first macros; calls become rarer the deeper it is. */
  const text = (words: readonly string[], usable: number, depth: number): string =>
    Array.from({ length: 1 + random.below(4) }, () => piece(words, usable, depth)).join(' ');
  const piece = (words: readonly string[], usable: number, depth: number): string => {
    const kind = random.below(10);
    if (kind < 3 && words.length > 0) return random.pick(words);
    if (kind < 6 && depth > 0 && usable > 0) return call(macros[random.below(usable)]!, words, usable, depth - 1);
    return plain();
  };
  const call = (macro: Macro, words: readonly string[], usable: number, depth: number): string => {
    if (macro.parameters === undefined) return macro.name;
    const extra = macro.isVariadic ? 1 + random.below(3) : random.below(200) === 0 ? 1 : 0;
    const args = Array.from({ length: macro.parameters + extra }, () => (random.below(8) === 0 ? '' : text(words, usable, depth)));
    return `${macro.name}${random.pick(['', ' '])}(${args.join(random.pick([',', ' , ']))})`;
  };
  const definition = (macro: Macro, index: number): string => {
    const names = Array.from({ length: macro.parameters ?? 0 }, (_, at) => `p${String(at)}`);
    const words = macro.isVariadic ? [...names, '__VA_ARGS__'] : names;
    const body = random.times(5, () => {
      const kind = random.below(9);
      if (kind === 0 && words.length > 0) return `#${random.pick(['', ' '])}${random.pick(words)}`;
      if (kind === 1) return `${random.pick(['a', 'm'])}${random.pick(['##', ' ## '])}${random.pick(['b', '0', '1', '2'])}`;
      if (kind === 2 && words.length > 0) return `${random.pick(['a', 'm', 'm', random.pick(words)])} ## ${random.pick(words)}`;
      if (kind === 3 && macro.isVariadic) return 'a , ## __VA_ARGS__';
      if (kind === 4 && macro.parameters === undefined) return macro.name;
      return piece(words, index, 1);
    });
    const parameters = [...names, ...(macro.isVariadic ? ['...'] : [])].join(', ');
    return `#define ${macro.name}${macro.parameters === undefined ? '' : `(${parameters})`} ${body.join(' ')}`;
  };
  const shows = Array.from({ length: 4 }, () => `  puts(SHOW(${text([], macros.length, 2)}));`);
  return `#include <stdio.h>\n#define STRING(...) #__VA_ARGS__\n#define SHOW(...) STRING(__VA_ARGS__)\n${macros.map(definition).join('\n')}
int main(void) {\n${shows.join('\n')}\n  return 0;\n}\n`;
}

const KINDS = [
  ['float', 'f', 45, 4],
  ['double', '', 320, 8],
  ['long double', 'L', 4960, 10],
] as const;

function floatConstant(random: Random, suffix: string, power: number): string {
  if (random.below(6) === 0) {
    const point = random.below(2) === 0 ? `.${random.below(0x10000000).toString(16)}` : '';
    return `0x${random.below(0x10000000).toString(16)}${point}p${String(random.below(power * 6) - power * 3)}${suffix}`;
  }
  const range = random.below(3) === 0 ? power : 30;
  const exponent = random.below(4) === 0 ? '' : `e${String(random.below(2 * range) - range)}`;
  return `${random.digits(random.pick([3, 20, 60]))}.${random.digits(random.pick([1, 10, 40]))}${exponent}${suffix}`;
}

/**
 * A program that prints, byte by byte, random constants of the three types and what arithmetic makes of them. Each result
 * goes through a variable, so that a compiler that rounds later, as x87 code may, rounds here.
 */
export function randomFloats(seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: 20 }, () => {
    const [type, suffix, power, size] = random.pick(KINDS);
    const a = floatConstant(random, suffix, power);
    const b = floatConstant(random, suffix, power);
    const [other] = random.pick(KINDS);
    const integer = random.pick(['signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned', 'long', 'unsigned long']);
    const shown = random.pick([
      `x`,
      `x ${random.pick(['+', '-', '*', '/'])} y`,
      `-x`,
      `(${other})x`,
      `n`,
      `n ${random.pick(['+', '-', '*', '/'])} y`,
      `(x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) + 16 * (x > y) + 32 * (x >= y) + 64 * !x + 128 * (x && y)`,
      `(unsigned long)(x < 0 ? -x : x) & -(unsigned long)(x < 1.8e19f && x > -1.8e19f)`,
      `(${integer})(x > -100 && x < 100 ? x < 0 && (${integer})-1 > 0 ? -x : x : 7)`,
      `x ? (long)(n + 0.5L * (x > y)) : 3`,
    ]);
    return `  { volatile ${type} x = ${a}, y = ${b}, r; volatile ${integer} n = ${String(random.below(2 ** 31))}${random.pick(['', '000000000UL'])}; r = ${shown}; show((unsigned char *)&r, ${String(size)}); }`;
  });
  return `#include <stdio.h>
static void show(unsigned char *p, int n) { while (n--) printf("%02x", p[n]); printf("\\n"); }
int main(void) {\n${lines.join('\n')}\n  return 0;\n}\n`;
}

const TOKENS = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\w+|\n|[^\w\s]| +/g;
const INTRUDERS = ['(', ')', '{', '}', '[', ']', '#', '##', ',', '...', '0', '"x"', 'struct', '1e9', 'sizeof', '*', '&', ':', '?', '=', '\n#define', '->', 'int', 'long double'];

/** A program with some tokens lost, doubled, exchanged or replaced. */
export function mutated(source: string, seed: number): string {
  const random = new Random(seed);
  const tokens: string[] = source.match(TOKENS) ?? [];
  for (let left = random.pick([1, 1, 1, 2, 3, 8]); left > 0; left--) {
    const at = random.below(tokens.length);
    const other = random.below(tokens.length);
    const kind = random.below(5);
    if (kind === 0) tokens.splice(at, 1);
    else if (kind === 1) tokens.splice(at, 0, tokens[other]!);
    else if (kind === 2) tokens[at] = tokens[other]!;
    else if (kind === 3) [tokens[at], tokens[other]] = [tokens[other]!, tokens[at]!];
    else tokens[at] = random.pick(INTRUDERS);
  }
  return tokens.join('');
}
