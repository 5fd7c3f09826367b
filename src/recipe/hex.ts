import { fail, ok, type Result } from '../result.js';

/**
 * The bytes of a commented hexadecimal text, as `cut -d'#' -f1 FILE | xxd -r -p` prints them. `name` is for messages.
 */
export function readHex(text: string, name: string, bytes: number): Result<Buffer> {
  const found: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const word of line.replace(/#.*/, '').split(/\s+/)) {
      if (!/^([0-9a-f]{2})*$/.test(word)) {
        return fail('E_HEX', `${name}:${index + 1}: "${word}" is not bytes in hexadecimal`, 'two lower-case digits a byte; comments begin with #');
      }
      for (const byte of word.match(/../g) ?? []) found.push(Number.parseInt(byte, 16));
    }
  }
  if (found.length !== bytes) return fail('E_HEX', `${name} stands for ${found.length} bytes, not for ${bytes} as its recipe says`);
  return ok(Buffer.from(found));
}
