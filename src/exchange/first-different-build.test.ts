import { describe, expect, test } from 'vitest';
import type { Comparison } from '../build/index.js';
import { parseStorePath, sha256, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { firstDifferentBuild } from './first-different-build.js';

const path = (name: string): StorePath => unwrap(parseStorePath(`/nix/store/${sha256(name).slice(0, 32).replaceAll('e', 'x')}-${name}`));
const drv = (name: string, ...needs: readonly string[]): readonly [DrvPath, Derivation] => [
  path(`${name}.drv`) as DrvPath,
  {
    ...{ name, outputs: new Map([['out', {}]]), inputSrcs: [], system: 'x86_64-linux', builder: '/b', args: [], env: new Map() },
    inputDrvs: new Map(needs.map((need) => [path(`${need}.drv`) as DrvPath, ['out']])),
  } as unknown as Derivation,
];
const different = (name: string, first: object): readonly [DrvPath, Comparison] => [
  path(`${name}.drv`) as DrvPath,
  {
    kind: 'different',
    differences: [{ outputName: 'out', path: path(name), kept: `/kept/${name}`, first: { file: 'bin/x', what: 'contents from byte 3', ...first } }],
  },
];

// What is needed stands last: the order of a map is not that of needs.
const derivations = new Map([drv('system', 'library', 'compiler'), drv('library', 'compiler'), drv('compiler')]);

describe('of builds that came out differently', () => {
  test('the one that needs no other is told, with its bytes on both sides', () => {
    const bytes = { offset: 3, first: '0aff', second: '' };
    const comparisons = new Map([different('system', {}), different('library', { bytes })]);
    expect(firstDifferentBuild(derivations, comparisons)).toEqual({
      code: 'E_DIFFERENT',
      message: `${path('library.drv')} is the first that differs: its output out, ${path('library')} here, differs in bin/x: contents from byte 3 (0a ff here, end of file there)`,
      hint: 'what the other build made is kept at /kept/library',
    });
  });

  test('none is told when all are the same', () => {
    expect(firstDifferentBuild(derivations, new Map([[path('compiler.drv') as DrvPath, { kind: 'same', durationSeconds: 1 }]]))).toBeUndefined();
  });
});
