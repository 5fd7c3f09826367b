import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unwrap } from '../result.js';
import { startMachine } from './machine.js';
import type { MachineSpec } from './qemu.js';

const SPEC: MachineSpec = { disks: [], memory: 64, kvm: true };

describe('a machine whose processor offers KVM', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zilch-launch-'));
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  /** A QEMU that does this, where KVM is `$kvm`. */
  const qemuIs = (script: string): void => {
    const file = join(folder, 'qemu-system-x86_64');
    writeFileSync(file, `#!/bin/sh\nulimit -c 0\ncase "$*" in *'-accel kvm'*) kvm=yes ;; *) kvm=no ;; esac\n${script}\n`);
    chmodSync(file, 0o755);
  };

  it.each([
    ['aborts', 'kill -ABRT $$', 'was ended by SIGABRT'],
    ['refuses', 'exit 1', 'ended with exit code 1'],
  ])('starts again without KVM if QEMU %s at once, and says why', async (_how, death, words) => {
    qemuIs(`if [ $kvm = yes ]; then echo 'Assertion failed: MSR' >&2; ${death}; fi\necho "the guest, KVM: $kvm"`);
    const why: string[] = [];
    const machine = unwrap(startMachine(SPEC, { again: (sentence) => why.push(sentence) }));
    unwrap(await machine.waitFor('the guest, KVM: no', 30));
    unwrap(await machine.off(30));
    expect(why).toEqual([expect.stringMatching(`^QEMU with KVM ${words} after .* s; it starts again without KVM`)]);
  });

  it('starts once if QEMU ends well', async () => {
    qemuIs('echo "the guest, KVM: $kvm"');
    const machine = unwrap(startMachine(SPEC));
    unwrap(await machine.off(30));
    expect(machine.said()).toBe('the guest, KVM: yes\n');
  });

  it('ends if it fails without KVM as well, with what QEMU said both times', async () => {
    qemuIs('echo "no such kernel, KVM: $kvm" >&2; exit 1');
    const failed = await unwrap(startMachine(SPEC)).waitFor('the guest', 30);
    expect(failed).toMatchObject({ ok: false, failure: { code: 'E_MACHINE' } });
    const message = failed.ok ? '' : failed.failure.message;
    expect(message).toMatch(/KVM: yes\n.*again without KVM.*\n.*KVM: no\nQEMU ended with exit code 1/s);
  });

  it('stays off when it is killed', async () => {
    qemuIs('echo "the guest, KVM: $kvm"; exec sleep 100');
    const again = vi.fn();
    const machine = unwrap(startMachine(SPEC, { again }));
    unwrap(await machine.waitFor('KVM: yes', 30));
    await machine.kill();
    unwrap(await machine.off(30));
    expect(again).not.toHaveBeenCalled();
  });
});
