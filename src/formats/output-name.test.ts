import { expect, test } from 'vitest';
import { formatOutputName, parseOutputName } from './output-name.js';

test.each([
  ['stage1', { of: 'stage1', outputName: undefined }],
  ['stage1^protobusybox', { of: 'stage1', outputName: 'protobusybox' }],
  ['/nix/store/x-a.drv^out', { of: '/nix/store/x-a.drv', outputName: 'out' }],
  ['stage1^', { of: 'stage1', outputName: '' }],
  ['a^b^c', { of: 'a', outputName: 'b^c' }],
  ['', { of: '', outputName: undefined }],
])('%j is read', (text, expected) => {
  expect(parseOutputName(text)).toEqual(expected);
  if (expected.outputName !== undefined) expect(formatOutputName(expected.of, expected.outputName)).toBe(text);
});

test('a realisation’s id has another separator', () => {
  expect(parseOutputName('sha256:00!out', '!')).toEqual({ of: 'sha256:00', outputName: 'out' });
  expect(parseOutputName('sha256:00^out', '!')).toEqual({ of: 'sha256:00^out', outputName: undefined });
});
