import { describe, expect, it } from 'vitest';
import { qemuCommand, type MachineSpec } from './qemu.js';

const CD: MachineSpec = { disks: [{ file: '/a,b.iso', bus: 'cd' }], memory: 512, kvm: false };

describe('the command line of QEMU', () => {
  it('doubles commas, which would end a file’s name', () => {
    expect(qemuCommand(CD)).toContain('if=none,id=disk0,format=raw,file=/a,,b.iso,media=cdrom,readonly=on');
  });

  it('forgets what is written to a disk, unless it is to be kept', () => {
    const drive = (keep: boolean): string | undefined =>
      qemuCommand({ ...CD, disks: [{ file: 'd', bus: 'virtio', keep }] }).find((argument) => argument.startsWith('if=none'));
    expect(drive(false)).toContain('snapshot=on');
    expect(drive(true)).not.toContain('snapshot');
  });

  it('starts from the first disk', () => {
    const devices = qemuCommand({ ...CD, disks: [...CD.disks, { file: 'd', bus: 'nvme', sector: 4096 }] }).filter((argument) =>
      argument.includes('bootindex'),
    );
    expect(devices).toEqual([
      'ide-cd,drive=disk0,bootindex=0',
      'nvme,serial=disk1,drive=disk1,bootindex=1,logical_block_size=4096,physical_block_size=4096',
    ]);
  });

  it('has no network unless one is asked for', () => {
    expect(qemuCommand(CD).join(' ')).toContain('-nic none');
    expect(qemuCommand({ ...CD, network: { card: 'e1000', closed: true, forward: [{ from: 2222, to: 22 }] } })).toContain(
      'user,model=e1000,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22',
    );
  });

  it('lets the guest’s clock count instructions, but not under KVM', () => {
    expect(qemuCommand({ ...CD, patient: true })).toContain('-icount');
    expect(qemuCommand({ ...CD, patient: true, kvm: true })).not.toContain('-icount');
  });

  it('leaves Ctrl-C to the guest where a person sits at the line, and restarts', () => {
    const terminal = qemuCommand({ ...CD, terminal: true });
    expect(terminal).toContain('mon:stdio');
    expect(terminal).not.toContain('-no-reboot');
    expect(qemuCommand(CD)).toContain('-no-reboot');
  });
});
