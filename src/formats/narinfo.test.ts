import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden, goldenOf } from '../../test/golden/index.js';
import { unwrap } from '../result.js';
import { parseNarInfo, pathFingerprint, writeNarInfo } from './narinfo.js';
import { parsePublicKey, parseSecretKey, signText, verifyText } from './signature.js';

const FILES = goldenOf('.narinfo').map(([name, contents]) => [name, contents.toString()] as const);
const publicKey = unwrap(parsePublicKey(golden('build/key.public').toString()));
const secretKey = unwrap(parseSecretKey(golden('build/key.secret').toString()));

describe("Nix's own narinfo file", () => {
  test.each(FILES)('%s is read and written again byte for byte', (_name, text) => {
    expect(writeNarInfo(unwrap(parseNarInfo(text)))).toBe(text);
  });

  test.each(FILES)('%s bears a signature of our fingerprint, and we make the same one', (_name, text) => {
    const info = unwrap(parseNarInfo(text));
    expect(info.signatures).toEqual([signText(pathFingerprint(info), secretKey)]);
    expect(verifyText(pathFingerprint(info), info.signatures[0]!, [publicKey])).toBe(true);
    expect(verifyText(pathFingerprint({ ...info, narSize: info.narSize + 1 }), info.signatures[0]!, [publicKey])).toBe(false);
  });
});

test('the order in which somebody lists references changes neither the file nor what is signed', () => {
  const infos = FILES.map(([, text]) => unwrap(parseNarInfo(text)));
  expect(infos.some(({ references }) => references.length > 1)).toBe(true);
  for (const info of infos) {
    const other = { ...info, references: [...info.references].reverse() };
    expect(verifyText(pathFingerprint(other), info.signatures[0]!, [publicKey])).toBe(true);
    expect(writeNarInfo(other)).toBe(writeNarInfo(info));
  }
});

describe('the reader of narinfo files', () => {
  const text = FILES.find(([, file]) => file.includes('-second-dev\n'))![1];
  const read = (damaged: string): string => {
    const parsed = parseNarInfo(damaged);
    return parsed.ok ? 'ok' : `${parsed.failure.code} ${parsed.failure.message}`;
  };

  test.each(['StorePath', 'URL', 'NarHash', 'NarSize'])('needs %s', (field) => {
    expect(read(text.replace(new RegExp(`^${field}: .*\n`, 'm'), ''))).toContain(`E_NARINFO the narinfo file is malformed: ${field} is missing`);
  });

  test.each([
    ['StorePath', 'x'],
    ['URL', ''],
    ['FileHash', 'sha256:x'],
    ['FileSize', '-1'],
    ['NarHash', 'sha1:00000000000000000000000000000000'],
    ['NarSize', '99999999999999999999'],
    ['NarSize', '1e3'],
    ['References', '../etc'],
    ['Deriver', 'x.drv'],
    ['CA', 'fixed:x'],
  ])('names %s when it is "%s"', (field, value) => {
    expect(read(text.replace(new RegExp(`^${field}: .*$`, 'm'), `${field}: ${value}`))).toMatch(new RegExp(`^E_NARINFO .*${field}`));
  });

  test('refuses a file whose last line does not end, as one that was cut off', () => {
    expect(read(text.slice(0, -1))).toContain('its last line does not end');
  });

  test('refuses a field given twice, but for signatures', () => {
    expect(read(`${text}NarSize: 1\n`)).toContain('NarSize is given twice');
    expect(unwrap(parseNarInfo(`${text}${/^Sig: .*\n/m.exec(text)![0]}`)).signatures).toHaveLength(2);
  });

  test.each(['Sig: golden-1:x', 'Sig: ', 'Sig:', 'Sig: of two words:AAAA', 'Sig: golden-1', 'Sig: ed448:golden-1:AAAA'])(
    'passes over the malformed "%s", before and behind a signature that is right',
    (line) => {
      const right = /^Sig: (.*)\n/m.exec(text)!;
      for (const both of [`${line}\n${right[0]}`, `${right[0]}${line}\n`])
        expect(unwrap(parseNarInfo(text.replace(right[0], both))).signatures).toEqual([right[1]]);
    },
  );

  test('passes over fields that caches add, and knows what is meant where old ones leave some out', () => {
    const extended = text.replace('Compression: none\n', 'System: x86_64-linux\n').replace(/Deriver: .*/, 'Deriver: unknown-deriver');
    expect(unwrap(parseNarInfo(extended))).toMatchObject({ compression: 'bzip2' });
    expect(unwrap(parseNarInfo(extended)).deriver).toBeUndefined();
  });

  test('takes no longer for a line of a field that came often', () => {
    const start = performance.now();
    expect(read('a: \n'.repeat(200_000))).toContain('is missing');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('never crashes, whichever character is damaged or cut off', () => {
    for (let at = 0; at < text.length; at++) {
      for (const damaged of [text.slice(0, at), `${text.slice(0, at)}\u0000${text.slice(at + 1)}`, `${text.slice(0, at)}${text.slice(at + 1)}`]) {
        const parsed = parseNarInfo(damaged);
        if (!parsed.ok) expect(parsed.failure.code).toBe('E_NARINFO');
      }
    }
    fc.assert(fc.property(fc.string(), (other) => !parseNarInfo(other).ok));
  });
});
