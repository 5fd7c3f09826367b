import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, tempDirectory } from '../../../test/support/store.js';
import { unwrap } from '../../result.js';
import { StreamFailure } from '../../stream-failure.js';
import { readSmall } from './blobs.js';
import { DirectoryBlobs } from './directory.js';

describe('a cache in a directory', () => {
  test('gives files, and nothing where there is none', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'a.narinfo'), 'text');
    const blobs = new DirectoryBlobs(directory);
    expect(unwrap(await readSmall(blobs, 'a.narinfo', 10))).toBe('text');
    expect(unwrap(await readSmall(blobs, 'b.narinfo', 10))).toBeUndefined();
    expect(codeOf(await readSmall(blobs, 'a.narinfo', 3))).toBe('E_CACHE_ANSWER');
  });

  test('has all of a file or nothing, also while it is written and when that fails', async () => {
    const directory = tempDirectory();
    const blobs = new DirectoryBlobs(directory);
    const put = (fails: boolean): Promise<unknown> =>
      blobs.put('a.narinfo', {
        size: 10,
        contentType: '',
        async *open() {
          yield Buffer.from('first');
          expect(unwrap(await blobs.has('a.narinfo'))).toBe(false);
          if (fails) throw new StreamFailure({ code: 'E_IO', message: 'the source is gone' });
          yield Buffer.from('second');
        },
      });
    expect(await put(true)).toMatchObject({ failure: { message: 'the source is gone' } });
    expect(readdirSync(directory)).toEqual([]);
    await put(false);
    expect(readdirSync(directory)).toEqual(['a.narinfo']);
    expect(unwrap(await readSmall(blobs, 'a.narinfo', 20))).toBe('firstsecond');
  });

  test('does not wait for a pipe that lies in the place of a file, nor read a directory', async () => {
    const directory = tempDirectory();
    execFileSync('mkfifo', [join(directory, 'a.narinfo')]);
    mkdirSync(join(directory, 'b.narinfo'));
    const blobs = new DirectoryBlobs(directory);
    for (const name of ['a.narinfo', 'b.narinfo']) {
      const got = await blobs.get(name);
      expect(codeOf(got)).toBe('E_CACHE_ANSWER');
      expect(got.ok ? '' : got.failure.message).toContain(join(directory, name));
    }
  });
});
