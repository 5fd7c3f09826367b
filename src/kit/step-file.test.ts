import { expect, test } from 'vitest';
import { downstreamPlaceholder, makeTextPath, outputPlaceholder, type Derivation, type DrvPath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { stepFile } from './step-file.js';

const SHELL = makeTextPath('shell.drv', '', []) as DrvPath;
const SOURCE = makeTextPath('source', '', []);
const LABELS = new Map([[SHELL, 'my-shell']]);

const DRV: Derivation = {
  name: 'greeting-1.0',
  outputs: new Map([['out', { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]]),
  inputDrvs: new Map([[SHELL, ['out']]]),
  inputSrcs: [SOURCE],
  platform: 'x86_64-linux',
  builder: `${downstreamPlaceholder(SHELL, 'out')}/bin/ash`,
  args: ['-c', `echo 'hello\n\n    you' >$out\n`],
  env: new Map([
    ['out', outputPlaceholder('out')],
    ['empty', ''],
  ]),
};

test('a step is the derivation, with names in the place of placeholders', () => {
  expect(unwrap(stepFile(DRV, LABELS))).toBe(`name
    greeting-1.0
outputs
    out
needs
    my-shell^out
inputs
    ${SOURCE}
builder
    <my-shell^out>/bin/ash
argument
    -c
argument
    echo 'hello
    
        you' >$out
    
env empty
    
env out
    <^out>
`);
});

test.each([
  ['its own text is taken for an output', { args: ['echo <my-shell^out>'] }, 'its text contains <my-shell^out>'],
  ['it wants files', { env: new Map([['passAsFile', 'x']]) }, 'it has the attribute passAsFile'],
  ['it is for another machine', { platform: 'aarch64-linux' }, 'it is for aarch64-linux'],
  ['its output is hashed otherwise', { outputs: new Map([['out', { kind: 'deferred' as const }]]) }, 'its output "out" is not content-addressed'],
])('a derivation is refused when %s', (_why, change, message) => {
  const refused = stepFile({ ...DRV, ...change }, LABELS);
  expect(refused.ok ? '' : refused.failure.code).toBe('E_UNSUPPORTED');
  expect(refused.ok ? '' : refused.failure.message).toContain(message);
});
