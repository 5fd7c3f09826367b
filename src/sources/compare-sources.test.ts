import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import { compareWithList, compareWithTree, foldersLeftOut, withUnpacked, type SourceComparison } from './index.js';

const FILES = {
  configure: '#!/bin/sh\n',
  'doc/manual.texi': 'a manual',
  'doc/more/index.texi': 'an index',
  'src/main.c': 'int main() {}\n',
  'src/other name.c': '',
};

function release(change: (tree: string) => void = () => undefined): string {
  const tree = join(tempDirectory(), 'thing-1');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  chmodSync(join(tree, 'configure'), 0o755);
  symlinkSync('src/main.c', join(tree, 'link'));
  change(tree);
  return tree;
}

const clean = { leftOut: [], added: [], changed: [], permissions: [] };
const compared = (change: (tree: string) => void): SourceComparison => unwrap(compareWithTree(release(), release(change)));

describe('a source beside upstream’s', () => {
  test('is the same however it was packed', async () => {
    const [gz, xz] = ['a.tar.gz', 'b.tar.xz'].map((name) => join(tempDirectory(), name)) as [string, string];
    const tree = release();
    execFileSync('tar', ['-czf', gz, '-C', dirname(tree), 'thing-1']);
    execFileSync('tar', ['-cJf', xz, '--transform', 's,^thing-1,thing-dfsg,', '--sort=name', '--mtime=@0', '-C', dirname(tree), 'thing-1']);
    const both = await withUnpacked(gz, (one) => withUnpacked(xz, (other) => compareWithTree(one, other)));
    expect(unwrap(both)).toMatchObject({ ...clean, same: 6 });
  });

  test('is upstream’s without some files, of which whole folders are told as one', () => {
    const comparison = compared((tree) => rmSync(join(tree, 'doc'), { recursive: true }));
    expect(comparison).toMatchObject({ ...clean, same: 4, leftOut: ['doc/manual.texi', 'doc/more/index.texi'] });
    expect(foldersLeftOut(comparison)).toEqual([{ name: 'doc/', files: 2 }]);
    const part = compared((tree) => rmSync(join(tree, 'doc/more'), { recursive: true }));
    expect(foldersLeftOut(part)).toEqual([{ name: 'doc/more/', files: 1 }]);
  });

  const CHANGES: readonly (readonly [string, (tree: string) => void, Partial<SourceComparison>])[] = [
    ['one byte', (tree) => appendFileSync(join(tree, 'src/main.c'), ' '), { changed: [{ file: 'src/main.c', what: 'contents' }] }],
    ['a file more', (tree) => writeFileSync(join(tree, 'src/extra.c'), ''), { added: ['src/extra.c'] }],
    [
      'a file that may be executed',
      (tree) => chmodSync(join(tree, 'src/main.c'), 0o744),
      { changed: [{ file: 'src/main.c', what: 'executable here only' }] },
    ],
    [
      'a symlink that leads elsewhere',
      (tree) => {
        rmSync(join(tree, 'link'));
        symlinkSync('configure', join(tree, 'link'));
      },
      { changed: [{ file: 'link', what: 'leads elsewhere' }] },
    ],
    [
      'a symlink in place of a file, even if it leads to the same bytes',
      (tree) => {
        rmSync(join(tree, 'src/main.c'));
        writeFileSync(join(tree, 'src/other name.c'), FILES['src/main.c']);
        symlinkSync('other name.c', join(tree, 'src/main.c'));
      },
      {
        changed: [
          { file: 'src/main.c', what: 'file of upstream’s, symlink here' },
          { file: 'src/other name.c', what: 'contents' },
        ],
      },
    ],
    [
      'a file of another name that looks the same',
      (tree) => {
        rmSync(join(tree, 'configure'));
        writeFileSync(Buffer.from(`${tree}/c\u043enfigure`), FILES.configure);
      },
      { leftOut: ['configure'], added: [Buffer.from('c\u043enfigure').toString('latin1')] },
    ],
  ];
  test.each(CHANGES)('is told from one with %s', (_, change, expected) => {
    expect(compared(change)).toMatchObject({ ...clean, ...expected });
  });

  test('may have other permissions, which are told', () => {
    const comparison = compared((tree) => chmodSync(join(tree, 'src/main.c'), 0o664));
    expect(comparison).toMatchObject({ ...clean, same: 6, permissions: [{ file: 'src/main.c', upstream: 0o644, here: 0o664 }] });
  });
});

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('a source beside upstream’s list in it', () => {
  const withSums = (change?: (tree: string) => void): string =>
    release((tree) => {
      rmSync(join(tree, 'link'));
      const lines = Object.entries(FILES).map(([name, text]) => `${md5(text)}  ${name}\n`);
      writeFileSync(join(tree, 'MD5SUMS'), `# what we released\n${lines.join('')}`);
      change?.(tree);
    });

  test('of MD5 sums', () => {
    expect(unwrap(compareWithList(withSums()))).toMatchObject({ ...clean, same: 5, list: { file: 'MD5SUMS', algorithms: ['md5'] } });
    const changed = withSums((tree) => {
      rmSync(join(tree, 'doc/manual.texi'));
      appendFileSync(join(tree, 'src/main.c'), ' ');
      writeFileSync(join(tree, 'src/extra.c'), '');
    });
    expect(unwrap(compareWithList(changed))).toMatchObject({
      same: 3,
      leftOut: ['doc/manual.texi'],
      changed: [{ file: 'src/main.c', what: 'contents' }],
      added: ['src/extra.c'],
    });
  });

  const fossil = (hash: 'sha1' | 'sha3-256', edit = (manifest: string): string => manifest): string =>
    release((tree) => {
      rmSync(join(tree, 'link'));
      const cards = Object.entries(FILES).map(
        ([name, text]) => `F ${name.replace(' ', '\\s')} ${createHash(hash).update(text).digest('hex')}${name === 'configure' ? ' x' : ''}\n`,
      );
      const manifest = `C Version\\s1\nD 2026-07-24T19:02:57.525\n${cards.join('')}U drh\n`;
      writeFileSync(join(tree, 'manifest.uuid'), `${createHash(hash).update(manifest).digest('hex')}\n`);
      writeFileSync(join(tree, 'manifest.tags'), 'tag release\n');
      writeFileSync(join(tree, 'manifest'), `${edit(manifest)}# Remove this line to create a well-formed Fossil manifest.\n`);
    });

  test.each(['sha1', 'sha3-256'] as const)('of a Fossil repository, whose check-in has its name from the list (%s)', (hash) => {
    const comparison = unwrap(compareWithList(fossil(hash)));
    expect(comparison).toMatchObject({ ...clean, same: 5, list: { algorithms: [hash] } });
    expect(comparison.list?.identity).toMatch(/^check-in [0-9a-f]{40,64}$/);
  });

  test('fails if the list is not the one that the check-in has its name from', () => {
    const forged = fossil('sha3-256', (manifest) => manifest.replace('F src/main.c', 'F src/main.d'));
    expect(codeOf(compareWithList(forged))).toBe('E_UPSTREAM_LIST');
  });

  test('fails if there is none', () => {
    expect(codeOf(compareWithList(release()))).toBe('E_UPSTREAM_LIST');
  });
});
