import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = import.meta.dirname;

/** The folder of src/ that a path lies in. */
const roomOf = (path: string): string => relative(src, path).split('/')[0]!;

/** What each folder's rule names, read as depcruise reads it. */
function allowed(): Map<string, string[]> {
  const rules = readFileSync(join(src, '../.dependency-cruiser.cjs'), 'utf8');
  const table = /MAY_IMPORT = \{(.*?)\n\};/s.exec(rules)![1]!;
  return new Map(
    [...table.matchAll(/(\w+): \[(.*?)\]/gs)].map(([, room, list]) => [room!, [...list!.matchAll(/'(\w+)'/g)].map(([, name]) => name!)]),
  );
}

/** What each folder's files import of other folders. */
function used(): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const file of globSync('*/**/*.{ts,tsx}', { cwd: src })) {
    if (file.endsWith('.test.ts')) continue;
    const room = roomOf(join(src, file));
    const found = arrows.get(room) ?? new Set<string>();
    arrows.set(room, found);
    for (const [, path] of readFileSync(join(src, file), 'utf8').matchAll(/(?:from |import\()'(\.[^']*)'/g))
      found.add(roomOf(join(src, file, '..', path!)));
  }
  return arrows;
}

test('what no file uses is not allowed', () => {
  const arrows = used();
  const rules = allowed();
  expect(rules.size).toBeGreaterThan(15);
  const unused = [...rules].flatMap(([room, others]) =>
    others.filter((other) => arrows.get(room)?.has(other) !== true).map((other) => `${room} -> ${other}`),
  );
  expect(unused).toEqual([]);
});
