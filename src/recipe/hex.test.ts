import { expect, it } from 'vitest';
import { readHex } from './hex.js';

const failureOf = (text: string, bytes: number): string => {
  const read = readHex(text, 'seed.hex', bytes);
  return read.ok ? 'none' : `${read.failure.code} ${read.failure.message}`;
};

it('bytes are read from between comments and spaces', () => {
  const read = readHex('# seed\n7f 45 4c46   # 00 | ELF: 7f is no byte here\n\t00 ff\n', 'seed.hex', 6);
  expect(read).toEqual({ ok: true, value: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff]) });
});

it('what is neither a byte nor a comment is refused, with its line', () => {
  expect(failureOf('00\n0', 1)).toBe('E_HEX seed.hex:2: "0" is not bytes in hexadecimal');
  expect(failureOf('0g', 1)).toContain('seed.hex:1: "0g"');
  expect(failureOf('AB', 1)).toContain('"AB"');
  expect(failureOf('00 ; 01', 2)).toContain('";"');
});

it('a byte too many or too few is refused', () => {
  expect(failureOf('00 01 02', 2)).toBe('E_HEX seed.hex stands for 3 bytes, not for 2 as its recipe says');
  expect(failureOf('', 1)).toContain('0 bytes');
});
