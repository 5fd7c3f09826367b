import { describe, expect, test } from 'vitest';
import { golden, goldenFiles } from '../../../test/golden/index.js';
import { GOLDEN_TREES } from '../../../test/golden/trees.js';
import { narOf, TreeCollector } from '../../../test/support/tree.js';
import { unwrap } from '../../result.js';
import { NarLister, NarParser, type NarVisitor } from './index.js';

function drive(nar: Buffer, visitor: NarVisitor): void {
  const parser = new NarParser(visitor);
  unwrap(parser.push(nar));
  unwrap(parser.end());
}

describe("Nix's own NAR", () => {
  test.each(Object.entries(GOLDEN_TREES))('of "%s" is the one we write and read', (name, tree) => {
    const nar = golden(`nar/${name}.nar`);
    expect(narOf(tree).equals(nar)).toBe(true);
    const collector = new TreeCollector();
    drive(nar, collector);
    expect(collector.tree).toEqual(tree);
  });

  test('has the listing that Nix puts beside it in a binary cache', () => {
    const files = goldenFiles();
    const infos = [...files].filter(([path]) => path.endsWith('.narinfo'));
    expect(infos.length).toBeGreaterThan(3);
    for (const [path, info] of infos) {
      const url = /^URL: (.*)$/m.exec(info.toString())?.[1] ?? '';
      const lister = new NarLister();
      drive(golden(`build/cache/${url}`), lister);
      expect(JSON.stringify({ version: 1, root: lister.root })).toBe(golden(path.replace('.narinfo', '.ls')).toString());
    }
  });
});
