import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { firstDifference } from './first-difference.js';

type Shape = string | Buffer | { readonly [name: string]: Shape } | { readonly link: string } | { readonly program: string };

function make(path: string, shape: Shape): void {
  if (typeof shape === 'string' || Buffer.isBuffer(shape)) writeFileSync(path, shape);
  else if ('link' in shape && typeof shape.link === 'string') symlinkSync(shape.link, path);
  else if ('program' in shape && typeof shape.program === 'string') {
    writeFileSync(path, shape.program);
    chmodSync(path, 0o755);
  } else {
    mkdirSync(path);
    for (const [name, below] of Object.entries(shape)) make(join(path, name), below);
  }
}

describe('the first difference of two trees', () => {
  const large = Buffer.alloc(700_000, 'a');
  const changed = Buffer.from(large);
  changed[600_001] = 0;
  const cases: readonly (readonly [string, Shape, Shape, unknown])[] = [
    ['is not there when they are equal', { a: 'x', d: { e: large } }, { a: 'x', d: { e: large } }, undefined],
    [
      'is a byte',
      { d: { e: large } },
      { d: { e: changed } },
      { file: 'd/e', what: 'contents from byte 600001', bytes: { offset: 600_001, first: '61'.repeat(8), second: `00${'61'.repeat(7)}` } },
    ],
    ['is where one file ends', 'abc', 'abcd', { file: '', what: 'contents from byte 3', bytes: { offset: 3, first: '', second: '64' } }],
    ['is a file that only one has', { a: 'x', b: 'x' }, { b: 'x' }, { file: 'a', what: 'only in the first' }],
    [
      'comes first by name',
      { b: '1', z: 'only' },
      { b: '2', c: 'new' },
      { file: 'b', what: 'contents from byte 0', bytes: { offset: 0, first: '31', second: '32' } },
    ],
    ['is a kind', { a: 'x' }, { a: { b: 'x' } }, { file: 'a', what: 'file and directory' }],
    ['is the executable bit', { a: 'x' }, { a: { program: 'x' } }, { file: 'a', what: 'executable in the second only' }],
    ['is the executable bit before the contents', { a: 'x' }, { a: { program: 'y' } }, { file: 'a', what: 'executable in the second only' }],
    ['is a symlink’s target', { a: { link: 'b' } }, { a: { link: 'c' } }, { file: 'a', what: 'symlinks to b and c' }],
  ];
  test.each(cases)('%s', (_name, first, second, expected) => {
    const directory = tempDirectory();
    make(join(directory, 'first'), first);
    make(join(directory, 'second'), second);
    expect(firstDifference(join(directory, 'first'), join(directory, 'second'))).toEqual(expected);
  });

  test('shows the bytes of a file whose name is no text', () => {
    const directory = tempDirectory();
    const name = Buffer.from([0x61, 0xff]);
    for (const side of ['first', 'second']) {
      mkdirSync(join(directory, side));
      writeFileSync(Buffer.concat([Buffer.from(`${directory}/${side}/`), name]), side);
    }
    expect(firstDifference(join(directory, 'first'), join(directory, 'second'))).toEqual({
      file: 'a\ufffd',
      what: 'contents from byte 0',
      bytes: { offset: 0, first: '6669727374', second: '7365636f6e64' },
    });
  });

  test('looks into no pipe that both have', () => {
    const directory = tempDirectory();
    for (const side of ['first', 'second']) {
      mkdirSync(join(directory, side));
      execFileSync('mkfifo', [join(directory, side, 'pipe')]);
    }
    expect(firstDifference(join(directory, 'first'), join(directory, 'second'))).toBeUndefined();
  });
});
