import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../result.js';
import { putOnDisk, type KitFiles } from './kit-disk.js';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const hasTools = ['mke2fs', 'debugfs', 'e2fsck'].every((name) => spawnSync(name, ['-V'], { env: { PATH } }).error === undefined);
if (!hasTools) console.log('skipped: e2fsprogs is not installed');

describe.skipIf(!hasTools)('a kit on a disk', () => {
  let home: string;
  let disk: string;
  let kit: KitFiles;
  let runs = 0;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'zilch-kit-disk-'));
    disk = join(home, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, 32 << 20);
    const folder = join(home, 'kit');
    mkdirSync(join(folder, 'steps'), { recursive: true });
    mkdirSync(join(folder, 'nix'));
    writeFileSync(join(folder, 'steps/1-a'), 'a step');
    writeFileSync(join(folder, 'init'), '#!/seed\n', { mode: 0o755 });
    kit = { folder, names: ['init', 'steps'], programs: new Map([['seed', Buffer.from('148 bytes')]]), folders: ['made'] };
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const put = (files = kit): ReturnType<typeof putOnDisk> => {
    const scratch = join(home, `scratch-${String(runs++)}`);
    mkdirSync(scratch);
    return putOnDisk(disk, files, scratch);
  };
  const debugfs = (command: string): string => spawnSync('debugfs', ['-R', command, disk], { encoding: 'utf8', env: { PATH } }).stdout;

  it('is a file system with the files of the kit and nothing that was built elsewhere', async () => {
    expect(unwrap(await put())).toBe('new');
    expect(debugfs('cat /steps/1-a')).toBe('a step');
    const top = debugfs('ls -p /').matchAll(/^\/\d+\/(\d+)\/\d+\/\d+\/(\w[^/]*)\//gm);
    const modes = { init: '100755', 'lost+found': '040700', made: '040755', seed: '100755', steps: '040755' };
    expect(Object.fromEntries([...top].map(([, mode, name]) => [name, mode]))).toEqual(modes);
    expect(spawnSync('e2fsck', ['-fn', disk], { env: { PATH } }).status).toBe(0);
  });

  it('stays as it is when the same kit comes again', async () => {
    unwrap(await put());
    const before = readFileSync(disk);
    expect(unwrap(await put())).toBe('goes on');
    expect(readFileSync(disk).equals(before)).toBe(true);
  });

  it('does not give way to another kit or another first program', async () => {
    unwrap(await put());
    const before = readFileSync(disk);
    const programs = new Map([...kit.programs, ['tinycc', Buffer.from('a compiler')] as const]);
    expect(await put({ ...kit, programs })).toMatchObject({ failure: { code: 'E_EXISTS' } });
    writeFileSync(join(kit.folder, 'steps/1-a'), 'another step');
    expect(await put()).toMatchObject({ failure: { code: 'E_EXISTS' } });
    expect(readFileSync(disk).equals(before)).toBe(true);
  });

  it('is not written over anything, such as a table of partitions', async () => {
    const table = Buffer.alloc(512);
    table.writeUInt16LE(0xaa55, 510);
    writeFileSync(disk, Buffer.concat([table, Buffer.alloc(1 << 20)]));
    const before = readFileSync(disk);
    expect(await put()).toMatchObject({ failure: { code: 'E_EXISTS' } });
    expect(readFileSync(disk).equals(before)).toBe(true);
  });

  it('says what mke2fs says of a disk that is too small', async () => {
    truncateSync(disk, 1024);
    expect(await put()).toMatchObject({ failure: { code: 'E_PROGRAM', message: expect.stringContaining('mke2fs') as string } });
  });
});
