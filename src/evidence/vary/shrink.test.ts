import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ok, unwrap } from '../../result.js';
import { shrink } from './shrink.js';

/** Shows something when all of these are in the part. */
const needs =
  (needed: readonly number[], tried: number[][] = []) =>
  (part: readonly number[]) => {
    tried.push([...part]);
    return Promise.resolve(ok(needed.every((one) => part.includes(one)) ? part.length : undefined));
  };

test('one item that is enough is found in twice as many tries as the list can be halved', async () => {
  const list = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(list, fc.nat(), async (all, at) => {
      const one = all[at % all.length]!;
      const tried: number[][] = [];
      const found = unwrap(await shrink(all, needs([one], tried)));
      expect(found).toEqual({ part: [one], shown: 1 });
      expect(tried.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(all.length)));
    }),
  );
});

test('several items that are needed together all stay', async () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8];
  const { part } = unwrap(await shrink(all, needs([1, 2])));
  expect(part).toEqual([1, 2]);
  expect(unwrap(await shrink(all, needs([1, 8]))).part).toEqual(all);
});

test('a list of one item, and something that does not show again, are left as they are', async () => {
  expect(unwrap(await shrink([1], needs([1])))).toEqual({ part: [1], shown: undefined });
  expect(unwrap(await shrink([1, 2], () => Promise.resolve(ok(undefined))))).toEqual({ part: [1, 2], shown: undefined });
});
