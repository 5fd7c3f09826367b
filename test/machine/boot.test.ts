/** `zilch boot` with a QEMU that only says how it was started. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKvm } from '../../src/machine/index.js';
import { CliRig, type Ran } from '../cli/rig.js';

describe('zilch boot', () => {
  let rig: CliRig;
  let kit: string;
  beforeAll(async () => {
    rig = new CliRig();
    mkdirSync(join(rig.directory, 'bin'));
    kit = join(rig.directory, 'kit');
    const exported = await rig.run(['export', 'kit', kit, 'seed-s']);
    expect(exported.status, exported.stderr).toBe(0);
    for (const file of ['image', 'kernel', 'tinycc']) writeFileSync(join(rig.directory, file), '');
  });
  afterAll(() => rig.close());

  /** Boots with a QEMU that says its arguments and ends in this way. */
  const boot = (ending: string, ...args: readonly string[]): Promise<Ran> => {
    const program = join(rig.directory, 'bin/qemu-system-x86_64');
    writeFileSync(program, `#!/bin/sh\nulimit -c 0\necho "$*"\n${ending}\n`);
    chmodSync(program, 0o755);
    return rig.run(['boot', ...args], { env: { PATH: `${join(rig.directory, 'bin')}:${process.env['PATH'] ?? ''}` } });
  };
  const KVM_DIES = `case "$*" in *'-accel kvm'*) kill -ABRT $$ ;; esac`;

  it('says that KVM does not work, and starts the image without it', async () => {
    const { status, stdout, stderr } = await boot(KVM_DIES, './image');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/-accel tcg .*file=\.\/image/);
    if (hasKvm()) expect(stderr).toMatch(/^zilch: QEMU with KVM was ended by SIGABRT after .* starts again without KVM/);
    else expect(stderr).toContain('/dev/kvm cannot be opened');
    const asked = await boot(KVM_DIES, './image', '--no-kvm');
    expect(asked).toMatchObject({ status: 0, stderr: '' });
  });

  it('starts a kit with the 148 bytes as its first process, or with a TinyCC', async () => {
    const done = `${KVM_DIES}\necho 'kit: done, and off'`;
    const bySeed = await boot(done, kit, '--kernel', 'kernel', '--no-kvm');
    expect(bySeed.status, bySeed.stderr).toBe(0);
    expect(bySeed.stdout).toMatch(new RegExp(`-nic none -kernel ${rig.directory}/kernel -initrd \\S+/kit.cpio -append console=ttyS0`));
    expect(bySeed.stdout).toContain(' rdinit=/init ');
    const byTinycc = await boot(done, kit, '--kernel', 'kernel', '--seed', 'tinycc');
    expect(byTinycc.status, byTinycc.stderr).toBe(0);
    expect(byTinycc.stdout).toContain('rdinit=/tinycc -- -nostdinc -nostdlib -I climb/4-tinycc/include -run kit/alone.c boot');
  });

  it('fails unless the kit says that it is done', async () => {
    const failed = await boot(`echo 'kit: failed, and off'`, kit, '--kernel', 'kernel', '--no-kvm');
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('E_MACHINE: the kit failed');
    const panicked = await boot('echo panic', kit, '--kernel', 'kernel', '--no-kvm');
    expect(panicked.status).toBe(1);
    expect(panicked.stderr).toContain('ended before the kit was done');
  });

  it('says what a kit’s machine lacks', async () => {
    expect((await boot('', kit, '--kernel', 'nothing')).stderr).toContain('E_NO_FILE: nothing is not there');
    expect((await boot('', kit)).stderr).toMatch(/E_NOT_BUILT: linux.*--kernel/s);
    expect((await boot('', kit, '--uefi')).status).not.toBe(0);
    expect((await boot('', './image', '--kernel', 'kernel')).stderr).toContain('E_USAGE');
  });

  it('starts no machine with a folder in the place of an image', async () => {
    const { stdout, stderr } = await boot('', './bin');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error E_NO_FILE: \.\/bin is a folder/m);
  });
});
