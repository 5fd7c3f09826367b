import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeInitialFiles } from './initial-files.js';

const BUSYBOX = '/bin/busybox';

it.runIf(existsSync(BUSYBOX))('an archive has the files, links and folders that were named, and no others', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'zilch-cpio-'));
  try {
    const [folder, archive, out] = ['folder', 'archive', 'out'].map((name) => join(scratch, name)) as [string, string, string];
    for (const made of [folder, join(folder, 'a'), join(folder, 'b'), out]) mkdirSync(made);
    writeFileSync(join(folder, 'a/text'), 'odd');
    chmodSync(join(folder, 'a/text'), 0o640);
    symlinkSync('text', join(folder, 'a/link'));
    execFileSync('mkfifo', [join(folder, 'a/pipe')]);
    writeFileSync(join(folder, 'b/other'), '');
    writeInitialFiles(archive, { folder, names: ['a'], folders: ['made'], programs: new Map([['seed', Buffer.from('bytes')]]) });
    execFileSync(BUSYBOX, ['cpio', '-id', '-F', archive], { cwd: out, stdio: ['ignore', 'inherit', 'pipe'] });
    const listed = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %l|'], { cwd: out, encoding: 'utf8' });
    expect(listed.split('|').sort().filter(Boolean)).toEqual([
      './a d 755 ',
      './a/link l 777 text',
      './a/text f 640 ',
      './made d 755 ',
      './seed f 755 ',
    ]);
    expect(execFileSync('cat', ['a/text', 'seed'], { cwd: out, encoding: 'utf8' })).toBe('oddbytes');
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
