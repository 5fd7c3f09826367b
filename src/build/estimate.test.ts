import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimates, machineRatio, type Durations } from './estimate.js';

const map = (durations: Readonly<Record<string, number>>): Durations =>
  new Map(Object.entries(durations).map(([name, seconds]) => [name, { seconds }]));

describe('estimates', () => {
  test('are what this machine took before', () => {
    expect(estimates(map({ gcc: 100 }), map({ gcc: 50 })).of('gcc')).toBe(100);
  });

  test('are otherwise what the reference machine took, by how the two compare', () => {
    const { of } = estimates(map({ musl: 10, make: 8, binutils: 90 }), map({ musl: 5, make: 4, binutils: 30, gcc: 100 }));
    expect(of('gcc')).toBe(200);
  });

  test('are not given where nothing is known, and such builds count as usual ones', () => {
    const { of, weight } = estimates(map({ a: 2, b: 4, c: 60 }), map({}));
    expect(of('new')).toBeUndefined();
    expect(weight('new')).toBe(4);
    expect(estimates(map({}), map({})).weight('new')).toBe(1);
  });

  test('weigh more than nothing, whatever was measured', () => {
    const durations = fc.dictionary(fc.string(), fc.double({ min: 0, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(durations, durations, fc.string(), (own, reference, name) => {
        expect(estimates(map(own), map(reference)).weight(name)).toBeGreaterThan(0);
      }),
    );
  });
});

test('machines are not compared by builds that take no time', () => {
  expect(machineRatio(map({ tiny: 0.1, gcc: 100 }), map({ tiny: 0.01, gcc: 50 }))).toBe(2);
  expect(machineRatio(map({ tiny: 0.1 }), map({ tiny: 0.01 }))).toBe(1);
});

test('machines are compared by processor time, which does not tell how busy they are with other things', () => {
  const own = new Map([['stage1', { seconds: 4000, cpuSeconds: 6 }]]);
  const reference = new Map([['stage1', { seconds: 5, cpuSeconds: 5 }], ['gcc', { seconds: 100, cpuSeconds: 190 }]]); // prettier-ignore
  expect(machineRatio(own, reference)).toBe(1.2);
  const { of, cpuOf } = estimates(own, reference);
  expect(of('gcc')).toBe(120);
  expect(cpuOf('gcc')).toBe(228);
  expect(cpuOf('stage1')).toBe(6);
  expect(machineRatio(own, map({ stage1: 2000 }))).toBe(2);
});
