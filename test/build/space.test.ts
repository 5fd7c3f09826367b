/** Disks that are full. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { atEnd, openStore, tempDirectory } from '../support/store.js';
import { Rig, whyNoBuilds } from './rig.js';

/** A small disk to be filled. */
function smallDisk(mebibytes: number, mostFiles = 0): string {
  const directory = tempDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,nr_inodes=${mostFiles},mode=755`, 'zilch-test', directory]);
  atEnd(() => execFileSync('umount', ['--lazy', directory]));
  return directory;
}

async function whyNoSmallDisk(): Promise<string | undefined> {
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  return tried.status === 0 ? await whyNoBuilds() : 'mounting a small tmpfs takes root';
}

const reason = await whyNoSmallDisk();
if (reason !== undefined) console.warn(`full disks are not tried: ${reason}`);

describe.skipIf(reason !== undefined)('on a full disk', () => {
  test('a build fails, the store stays sound, and with more room the same run succeeds', async () => {
    const root = smallDisk(24);
    const rig = await Rig.in(openStore(root));
    const small = rig.script('small', 'echo > $out');
    const large = rig.script('large', `cat ${small.placeholder()}; mkdir $out; head -c 40000000 /dev/zero > $out/zeros`, { inputs: [small] });
    const failure = await rig.failure(large);
    expect(failure.code).toBe('E_DISK_FULL');
    expect(failure.run.result.ok && failure.run.result.value.summary).toMatchObject({ built: 1, failed: 1 });
    expect(unwrap(await rig.store.verify({ contents: true })).defects).toEqual([]);
    expect(readdirSync(rig.store.layout.storeDir).some((name) => name.endsWith('-large'))).toBe(false);
    execFileSync('mount', ['-o', 'remount,size=200m', root]);
    expect(await rig.outputs([large])).toHaveLength(1);
  });

  test('that has room but no inodes left, a build fails in the same way', async () => {
    const rig = await Rig.in(openStore(smallDisk(100, 1500)));
    const many = rig.script('many', 'mkdir $out; for n in $(seq 2000); do echo > $out/$n; done');
    expect((await rig.failure(many, { buildMemory: 0 })).code).toBe('E_DISK_FULL');
    expect(await rig.outputs([rig.script('few', 'echo > $out')])).toHaveLength(1);
    expect(unwrap(await rig.store.verify({ contents: true })).defects).toEqual([]);
  });

  test('a run without room for its very first files says so', async () => {
    const root = smallDisk(24);
    const store = openStore(root);
    const rig = await Rig.in(store);
    spawnSync('dd', ['if=/dev/zero', `of=${root}/fill`, 'bs=64k']);
    const { result } = await rig.build([rig.script('any', 'echo > $out')]);
    const failure = result.ok ? [...result.value.failures.values()][0] : result.failure;
    expect(failure).toMatchObject({ code: 'E_DISK_FULL', hint: expect.any(String) as string });
    store.close();
    execFileSync('rm', [`${root}/fill`]);
    const again = unwrap(Store.open(root));
    expect(unwrap(await again.verify({ contents: true })).defects).toEqual([]);
    again.close();
  });

  test.each([
    ['and stays so', 'head -c 50000000 /dev/zero > big 2>/dev/null || { sleep 2; exit 1; }'],
    ['for a moment, as its log says,', 'dd if=/dev/zero of=big bs=1000000 count=50 || { rm big; exit 1; }'],
    ['and nobody cares', 'head -c 50000000 /dev/zero > big || sleep 2'],
  ])('a build directory in memory that is full %s is tried again on disk', async (_when, script) => {
    const rig = await Rig.in(openStore());
    let attempts = 0;
    const target = rig.script('target', `echo try; ${script}; wc -c < big > $out`);
    const { result } = await rig.build([target], { buildMemory: 40 << 20 }, undefined, (event) => {
      if (event.type === 'build-log' && event.line === 'try') attempts++;
    });
    const report = unwrap(result);
    expect(report.summary).toMatchObject({ built: 1 });
    expect(attempts).toBe(2);
    expect(rig.read(report.outputs.get(target.drvPath)!.get('out')!.path)).toBe('50000000\n');
  });
});
