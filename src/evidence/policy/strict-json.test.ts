import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson } from './strict-json.js';

test('what JSON.stringify writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    }),
  );
});

test('a key that an object has twice is refused, wherever and however it is spelt', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (key, one, other) => {
      const name = JSON.stringify(key);
      const escaped = `"${[...key].flatMap((character) => [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)).join('')}"`;
      for (const second of [name, escaped])
        expect(parseStrictJson(`[{"a":{${name}:${JSON.stringify(one)}, ${second} :${JSON.stringify(other)}}}]`)).toMatchObject({ ok: false });
    }),
  );
});

test('the same key in two objects, and a text that is no key, are no such thing', () => {
  expect(parseStrictJson('{"a":{"b":1},"c":{"b":"b"},"d":["b","b"]}').ok).toBe(true);
});
