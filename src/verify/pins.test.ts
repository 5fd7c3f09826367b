import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, type PathInfo, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { comparePin, pinKey, readPins, writePins, type Pin } from './index.js';

const path = '/nix/store/00000000000000000000000000000000-tool' as StorePath;
const pin: Pin = { path, narHash: sha256('tool'), narSize: 112 };
const info: PathInfo = { ...pin, references: [], signatures: [], ultimate: true };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zilch-pins-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('pins', () => {
  it('say whether an output is the same, new or different', () => {
    const pins = new Map([[pinKey('tool', 'out'), pin]]);
    expect(comparePin(pins, 'tool^out', info)).toBe('same');
    expect(comparePin(pins, 'tool^doc', info)).toBe('new');
    expect(comparePin(pins, 'tool^out', { ...info, narHash: sha256('other') })).toBe('different');
    expect(comparePin(pins, 'tool^out', { ...info, narSize: 113 })).toBe('different');
    expect(comparePin(pins, 'tool^out', { ...info, path: '/nix/store/11111111111111111111111111111111-tool' as StorePath })).toBe('different');
  });

  it('are written sorted, one a line, and read back', async () => {
    const file = join(directory, 'pins.json');
    const pins = new Map([
      ['b^out', pin],
      ['a^out', pin],
    ]);
    unwrap(await writePins(file, pins));
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines[1]).toContain('"a^out"');
    expect(lines[2]).toContain('"b^out"');
    expect(unwrap(readPins(file))).toEqual(pins);
  });

  it('are none where there is no file', async () => {
    expect(unwrap(readPins(join(directory, 'missing.json')))).toEqual(new Map());
  });

  it.each([
    ['is no JSON', '{'],
    ['is no object', '3'],
    ['has a pin that is none', '{"a^out": 3}'],
    ['has a path outside the store', `{"a^out": {"path": "/etc/passwd", "narHash": "${pin.narHash}", "narSize": 1}}`],
    ['has a short hash', `{"a^out": {"path": "${path}", "narHash": "abc", "narSize": 1}}`],
    ['has a negative size', `{"a^out": {"path": "${path}", "narHash": "${pin.narHash}", "narSize": -1}}`],
  ])('fail to be read from a file that %s', async (_, text) => {
    const file = join(directory, 'wrong.json');
    await writeFile(file, text);
    const result = readPins(file);
    expect(result).toMatchObject({ ok: false, failure: { code: 'E_PINS' } });
    if (!result.ok) expect(result.failure.message).toContain(file);
  });
});
