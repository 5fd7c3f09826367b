/** A disk that answers EIO: every use of the database on it is a failure that names the disk, and no defect. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { addText, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';

const SHIM = fileURLToPath(new URL('../../test/support/failing-disk.c', import.meta.url));
const NO_COMPILER = spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is missing';

/** Enough for a database of more pages than are read when it is opened. */
const PATHS = 60;

/** What reading, adding and opening come to on a disk that fails from then on. */
async function touched(calls: 'read' | 'write'): Promise<readonly string[]> {
  const work = tempDirectory();
  const [library, when] = [join(work, 'failing-disk.so'), join(work, 'now')];
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, SHIM]);
  const store = openStore(join(work, 'store'));
  for (let n = 0; n < PATHS; n++) await addText(store, `text-${n}`);
  store.close();
  const env = { LD_PRELOAD: library, FAILING_CALLS: calls, FAILING_FILE: store.layout.dbFile, FAILING_WHEN: when };
  const child = StoreChild.with(env, 'touch', join(work, 'store'));
  await child.printed(1);
  writeFileSync(when, '');
  child.go();
  expect(await child.exit()).toBe(0);
  return child.lines.slice(1);
}

describe('a database on a disk that fails', () => {
  test('to be read is not called damaged, and the disk is named', async ({ skip }) => {
    skip(NO_COMPILER !== undefined, NO_COMPILER);
    const outcomes = await touched('read');
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) {
      expect(outcome).toMatch(/^E_IO: cannot read \S+db\.sqlite\S*: i\/o error/);
      expect(outcome).toContain('check the disk');
    }
  });

  test('to be written can be read, and what is not written is not there', async ({ skip }) => {
    skip(NO_COMPILER !== undefined, NO_COMPILER);
    const [reading, adding] = await touched('write');
    expect(reading).toBe('ok');
    expect(adding).toMatch(/^E_IO: cannot read or write \S+db\.sqlite: disk I\/O error/);
    expect(adding).toContain('check the disk');
  });
});
