import { generator } from './random-program.js';

const TOKENS = [
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ';',
    ',',
    '=',
    '+',
    '-',
    '*',
    '&',
    '&&',
    '?',
    ':',
    '.',
    '->',
    '++',
    '"',
    "'",
    '//',
    '/*',
    '\n',
    '0',
    '1',
    '9999999999',
  ],
  ...['int', 'char', 'struct', 'enum', 'void', 'return', 'while', 'if', 'else', 'for', 'switch', 'case', 'default', 'sizeof', 'break', 'x', 'main'],
];

/** The text with a few tokens put in, taken out, moved or changed: what a compiler must survive. */
export function damage(text: string, seed: number): string {
  const random = generator(seed);
  const tokens = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
  for (let n = 1 + random(3); n > 0; n--) {
    const at = random(tokens.length);
    const other = random(2) === 0 ? TOKENS[random(TOKENS.length)]! : tokens[random(tokens.length)]!;
    const length = random(3);
    if (random(20) === 0) tokens.length = at;
    else tokens.splice(at, length, ...(length === 1 && random(2) === 0 ? [] : [other]));
  }
  return tokens.join('');
}
