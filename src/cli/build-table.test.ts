import { describe, expect, it } from 'vitest';
import { sha256, type StorePath } from '../formats/index.js';
import { outputTable, type TableRow } from './build-table.js';
import { stripControl } from './format.js';

const path = `/nix/store/${'0'.repeat(32)}-same` as StorePath;
const info = { path, narHash: sha256(''), narSize: 2048, references: [], signatures: [], ultimate: true };
const rows: TableRow[] = [
  { key: 'stage1^same', info, seconds: 6.2, pinned: 'same' },
  { key: 'stage1^other', info, seconds: undefined, pinned: 'different' },
];

describe('the table at the end of a build', () => {
  it('has a line for each output', () => {
    expect(outputTable(rows, 200).map(stripControl)).toEqual([
      'output           size          time  pinned     store path',
      `stage1^same   2.0 KiB         6.2 s  same       ${path}`,
      `stage1^other  2.0 KiB  built before  DIFFERENT  ${path}`,
    ]);
  });

  it('gives store paths lines of their own on a narrow terminal', () => {
    expect(outputTable(rows, 60).map(stripControl)).toEqual([
      'output           size          time  pinned',
      'stage1^same   2.0 KiB         6.2 s  same',
      `  ${path}`,
      'stage1^other  2.0 KiB  built before  DIFFERENT',
      `  ${path}`,
    ]);
  });

  it('is nothing when nothing was built', () => {
    expect(outputTable([], 80)).toEqual([]);
  });
});
