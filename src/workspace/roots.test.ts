import { describe, expect, test } from 'vitest';
import { rootName } from './roots.js';

describe('the name of a root', () => {
  test('is what it stands for, where a file can be called so', () => {
    for (const text of ['stage1^out', encodeURIComponent('/home/me/my chain'), 'x'.repeat(255)]) expect(rootName(text)).toBe(text);
  });

  test('is as long as a file’s name may be, and no other’s, where that is longer', () => {
    const deep = encodeURIComponent(`/home/${'ein Ordner für Übungen/'.repeat(20)}`);
    const names = [deep, `${deep}2`, 'ü'.repeat(128), `${'ü'.repeat(128)}2`].map(rootName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(Buffer.byteLength(name)).toBe(255);
    for (const name of names) expect(name).not.toContain('/');
  });
});
