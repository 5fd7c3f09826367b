import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEYS, MACHINE, World } from '../../../test/support/evidence-world.js';
import { publicKeyOf } from '../../formats/index.js';
import type { Admitted } from './admit.js';
import { countIndependent } from './independence.js';

const [claim] = new World().claims();
const key = publicKeyOf(KEYS.alice);

function said(pairs: readonly (readonly [operator: string, kernel: string])[]): Admitted[] {
  return pairs.map(([operator, kernel]) => ({ where: '', operator, key, claim: { ...claim!, how: { ...MACHINE, kernel } } }));
}

/** By trying all ways to choose. */
function most(pairs: readonly (readonly [string, string])[]): number {
  const [first, ...others] = pairs;
  if (first === undefined) return 0;
  const rest = others.filter(([operator, kernel]) => operator !== first[0] && kernel !== first[1]);
  return Math.max(most(others), 1 + most(rest));
}

test('as many are independent as can be chosen without one operator or one kernel twice', () => {
  const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('5', '6', '7'));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
      expect(countIndependent(said(pairs), 'kernels')).toBe(most(pairs));
    }),
  );
});
