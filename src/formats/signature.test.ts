import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden } from '../../test/golden/index.js';
import { unwrap } from '../result.js';
import {
  formatPublicKey,
  formatSecretKey,
  generateSecretKey,
  parsePublicKey,
  parseSecretKey,
  parseSignature,
  publicKeyOf,
  signText,
  verifyText,
} from './signature.js';

const SECRET_TEXT = golden('build/key.secret').toString();
const PUBLIC_TEXT = golden('build/key.public').toString().trim();

describe('a key', () => {
  test("is Nix's own, and gives the public key that Nix gives", () => {
    const secret = unwrap(parseSecretKey(SECRET_TEXT));
    expect(formatSecretKey(secret)).toBe(SECRET_TEXT);
    expect(formatPublicKey(publicKeyOf(secret))).toBe(PUBLIC_TEXT);
    expect(formatPublicKey(unwrap(parsePublicKey(PUBLIC_TEXT)))).toBe(PUBLIC_TEXT);
  });

  test('is read with a line end behind it, as files have one', () => {
    expect(parseSecretKey(`${SECRET_TEXT}\n`).ok).toBe(true);
    expect(parsePublicKey(`${PUBLIC_TEXT}\n`).ok).toBe(true);
  });

  test('is refused when damaged, without being told', () => {
    const other = PUBLIC_TEXT.replace(/:..../, ':AAAA');
    const [name, base64 = ''] = SECRET_TEXT.split(':');
    const swapped = Buffer.from(base64, 'base64');
    swapped[40]! ^= 1;
    for (const text of ['', 'x', ':', 'name:', `:${base64}`, `${name}:${base64.slice(4)}`, `${name}:${swapped.toString('base64')}`]) {
      const parsed = parseSecretKey(text);
      expect(parsed.ok ? 'ok' : parsed.failure.code).toBe('E_KEY');
      if (!parsed.ok && text.length > 20) expect(parsed.failure.message).not.toContain(text.slice(-20));
    }
    expect(parsePublicKey('name:AAAA').ok).toBe(false);
    expect(verifyText('x', signText('x', unwrap(parseSecretKey(SECRET_TEXT))), [unwrap(parsePublicKey(other))])).toBe(false);
  });
});

describe('a signature', () => {
  const secret = generateSecretKey('mine-1');
  const keys = [publicKeyOf(secret)];

  test('holds for its text and no other', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const signature = signText(text, secret);
        expect(verifyText(text, signature, keys)).toBe(true);
        expect(verifyText(other, signature, keys)).toBe(text === other);
      }),
    );
  });

  test('holds only under the name of its key', () => {
    const signature = signText('x', secret);
    expect(verifyText('x', signature.replace('mine', 'yours'), keys)).toBe(false);
    expect(verifyText('x', signature, [{ name: 'mine-1', key: publicKeyOf(generateSecretKey('mine-1')).key }])).toBe(false);
    expect(verifyText('x', signature, [])).toBe(false);
  });

  test('does not hold, and does no harm, whichever character is damaged', () => {
    const signature = signText('x', secret);
    for (let at = 0; at < signature.length; at++) {
      const damaged = `${signature.slice(0, at)}${signature[at] === 'A' ? 'B' : 'A'}${signature.slice(at + 1)}`;
      expect(verifyText('x', damaged, keys)).toBe(false);
    }
    expect(parseSignature(signature).ok).toBe(true);
    expect(parseSignature(signature.slice(0, -1)).ok).toBe(false);
  });
});
