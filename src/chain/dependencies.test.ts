import { describe, expect, it } from 'vitest';
import { chain, recipe, seed, sh, source, text } from '../recipe/index.js';
import { dependencyGraph, whyNeeded } from './dependencies.js';

const tarball = source({ name: 'tool', version: '1', size: 1, sha256: 'a'.repeat(64), debian: 'pool/tool-1.tar.gz' });
const first = recipe({ name: 'first', outputs: ['bin', 'lib'], builder: seed('tcc'), args: [tarball] });
const hidden = recipe({ name: 'hidden', version: '2', shell: text`${first.bin}/sh`, script: sh`cp ${tarball} $out` });
const last = recipe({ name: 'last', shell: text`${first.bin}/sh`, script: sh`cat ${hidden} ${first.lib} > $out` });
const graph = dependencyGraph(chain('last', { one: { first }, two: { last } }));

describe('the graph of a chain', () => {
  it('holds targets, other recipes, sources and seeds, each after what it needs', () => {
    expect([...graph.values()].map(({ id, kind }) => [id, kind])).toEqual([
      ['seed:tcc', 'seed'],
      ['tool-1.tar.gz', 'source'],
      ['first', 'target'],
      ['hidden-2', 'recipe'],
      ['last', 'target'],
    ]);
  });

  it('says which outputs are used', () => {
    expect(graph.get('last')?.needs).toEqual([
      { id: 'first', outputs: ['bin', 'lib'] },
      { id: 'hidden-2', outputs: ['out'] },
    ]);
  });

  it('tells a shortest way from one node to another', () => {
    expect(whyNeeded(graph, 'last', 'seed:tcc')).toEqual(['last', 'first', 'seed:tcc']);
    expect(whyNeeded(graph, 'hidden-2', 'tool-1.tar.gz')).toEqual(['hidden-2', 'tool-1.tar.gz']);
    expect(whyNeeded(graph, 'first', 'first')).toEqual(['first']);
  });

  it('tells things of the same name apart', () => {
    const twin = (script: string) => recipe({ name: 'twin', shell: text`${first.bin}/sh`, script: sh`${script}` });
    const both = recipe({ name: 'first', shell: text`${first.bin}/sh`, script: sh`cat ${twin('a')} ${twin('b')} > $out` });
    const twins = dependencyGraph(chain('both', { one: { first, both } }));
    expect(twins.get('both')?.needs.map(({ id }) => id)).toEqual(['first', 'twin', 'twin#2']);
  });

  it('knows no way against the arrows', () => {
    expect(whyNeeded(graph, 'first', 'last')).toBeUndefined();
  });
});
