import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packSteps, unpackSteps } from './step-batch.js';
import type { ReadStep } from './tree-reader.js';

const name = fc.option(
  fc
    .string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 5 })
    .map((text) => text.replaceAll('/', 'x')),
  { nil: undefined },
);
const step: fc.Arbitrary<ReadStep> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), name, fd: fc.nat(), size: fc.maxSafeNat(), isExecutable: fc.boolean() }),
  fc.record({ kind: fc.constant('symlink' as const), name, target: fc.uint8Array({ minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constantFrom('directory' as const, 'leave' as const), name }),
);

test('steps come out of a batch as they went in', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 70 }), (steps) => {
      expect(unpackSteps(packSteps(steps))).toEqual(steps);
    }),
  );
});
