import { describe, expect, test } from 'vitest';
import { firstIdIn, needsBuildUsers, parseIdMap, takeBuildUser } from './build-users.js';
import { unwrap } from '../result.js';

describe('ids for builds', () => {
  test.each([
    ['on a machine', '0 0 4294967295', 880803840],
    ['in a container with 65536 ids: the last, but for nobody', '0 100000 65536', 65022],
    ['in a container with several extents: where there is room', '         0       1000          1\n         1     100000      65536\n', 65023],
    ['nowhere when root is the only one', '0 1000 1', undefined],
    ['nowhere when there are few', '0 0 100', undefined],
  ])('are taken %s', (_where, text, expected) => {
    const map = parseIdMap(text);
    expect(firstIdIn([map, map])).toBe(expected);
  });

  test('are users and groups at once', () => {
    expect(firstIdIn([parseIdMap('0 0 4294967295'), parseIdMap('0 100000 65536')])).toBe(65022);
    expect(firstIdIn([parseIdMap('0 0 4294967295'), parseIdMap('0 1000 1')])).toBeUndefined();
  });

  test.skipIf(!needsBuildUsers())('are nobody else’s until they are given back', async () => {
    const users = [unwrap(await takeBuildUser())!, unwrap(await takeBuildUser())!];
    expect(new Set(users.map(({ uid }) => uid)).size).toBe(2);
    for (const user of users) user.release();
    const again = unwrap(await takeBuildUser())!;
    again.release();
    expect(again.uid).toBeLessThanOrEqual(Math.max(...users.map(({ uid }) => uid)));
  });
});
