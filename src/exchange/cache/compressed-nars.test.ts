import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openStore, tempDirectory } from '../../../test/support/store.js';
import { unwrap } from '../../result.js';
import { CompressedNars } from './compressed-nars.js';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a compressed NAR that another user owns is read, although it cannot be touched', async () => {
  const directory = tempDirectory();
  const file = join(directory, 'file');
  writeFileSync(file, 'contents');
  const store = openStore();
  const info = store.pathInfo(unwrap(await store.addTree('file', file)))!;
  const name = join(directory, `${info.narHash}.nar.zst`);
  writeFileSync(name, 'compressed');
  const handle = await open(name);
  await handle.close();
  vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'utimes').mockRejectedValue(
    Object.assign(new Error('EPERM'), { code: 'EPERM', errno: -1 }),
  );
  const opened = unwrap(await new CompressedNars(directory, 1 << 30).open(store, info, 'zstd', true));
  expect(opened.size).toBe('compressed'.length);
  await opened.close();
});
