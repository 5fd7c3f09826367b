import { truncateSync, writeFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFirmware, findProgram, startMachine, type Bus, type Firmware, type Machine } from '../../src/machine/index.js';
import { unwrap } from '../../src/result.js';
import { lacking, Parts } from './parts.js';

/** Seconds of a processor's time; QEMU without KVM needs one or two for a BIOS, and some ten for UEFI. */
const PATIENCE = 60;
const LIMIT = { timeout: 3_600_000 };

const missing = lacking() ?? (findProgram().ok ? undefined : 'no QEMU');
const firmware = findFirmware();
if (!firmware.ok) console.log(`skipped: UEFI, ${firmware.failure.message}`);

if (missing !== undefined) console.log(`skipped: the boot loaders, ${missing}`);

describe.skipIf(missing !== undefined)('the boot loaders', LIMIT, () => {
  let parts: Parts;
  beforeAll(() => {
    parts = Parts.make();
    parts.image('new', 'cd', parts.options());
    parts.image('new', 'efi-cd', parts.options({ kernel: 'efi-kernel' }));
  });
  afterAll(() => parts.remove());

  async function started(medium: string, bus: Bus, keys: string, uefi?: Firmware, sector: 512 | 4096 = 512): Promise<string> {
    const machine = unwrap(
      startMachine({
        disks: [{ file: parts.file(medium), bus, sector }],
        memory: uefi === undefined ? 64 : 128,
        kvm: false,
        patient: true,
        ...(uefi ? { uefi } : {}),
      }),
    );
    try {
      unwrap(await machine.waitFor('the first one starts in', PATIENCE));
      machine.type(keys);
      unwrap(await machine.waitFor(/test kernel: end|damaged on this medium|little memory|cannot be read. BIOS status/, PATIENCE));
      return words(machine);
    } finally {
      await machine.kill();
    }
  }

  describe('from a BIOS', () => {
    it.each<Bus>(['cd', 'usb', 'virtio'])(
      'start a kernel from %s: words, kernel and initial file system are where it looks for them',
      async (bus) => {
        const said = await started('cd', bus, '2');
        expect(said).toMatch(/test kernel: words second words zilch\.root=A\.0{32}\.[0-9a-f]{16}\r?$/m);
        expect(said).toContain('test kernel: kernel what lies at one MiB');
        // The kernel wants 0x234567 bytes from 16 MiB on; the next whole MiB is free.
        expect(said).toContain('test kernel: initrd 01300000 what the initial file system is');
      },
    );

    it('add words that are typed, with corrections', async () => {
      const said = await started('cd', 'cd', 'emorx\x7fe\r');
      expect(said).toMatch(/words first words zilch\.root=\S+ more\r?$/m);
    });

    it('take the first line when nobody presses a key, and not a key that no line has', async () => {
      expect(await started('cd', 'cd', '')).toContain('words first words');
      expect(await started('cd', 'cd', 'zq#2')).toContain('words second words');
    });

    it('say so when the kernel or its initial file system is damaged', async () => {
      const bytes = readFileSync(parts.file('cd'));
      const shown = parts.image('show', 'cd').split(' ');
      for (const block of [shown[2], shown[5]]) {
        const damaged = Buffer.from(bytes);
        const at = Number(block) * 2048 + 40_000;
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        writeFileSync(parts.file('damaged'), damaged);
        expect(await started('damaged', 'cd', '1')).toContain('is damaged on this medium');
      }
    });

    it('say so when the medium ends too soon', async () => {
      writeFileSync(parts.file('short'), readFileSync(parts.file('cd')));
      truncateSync(parts.file('short'), 1_200_000); // within the kernel
      expect(await started('short', 'usb', '1')).toMatch(/cannot be read. BIOS status|is damaged on/);
    });

    it('start the other version of a disk after an upgrade, and the one before when asked', async () => {
      writeFileSync(parts.file('disk'), '');
      truncateSync(parts.file('disk'), 100_000_000);
      parts.image('new', 'disk', parts.options({ id: '0123456789abcdef'.repeat(2), area: '1', 'root-area': '4' }));
      parts.image('upgrade', 'disk', parts.options());
      expect(await started('disk', 'virtio', '1')).toMatch(/words first words zilch\.root=B\.0123456789abcdef/);
      expect(await started('disk', 'virtio', 'p')).toMatch(/words old words zilch\.root=A\.0123456789abcdef/);
    });
  });

  describe.skipIf(!firmware.ok)('from UEFI', () => {
    it.each<[Bus, 512 | 4096]>([
      ['cd', 512],
      ['usb', 512],
      ['nvme', 4096],
    ])('start a kernel from %s with sectors of %i', async (bus, sector) => {
      const said = await started('efi-cd', bus, '2', unwrap(firmware), sector);
      expect(said).toMatch(/test kernel: words second words zilch\.root=A\./);
      expect(said).toContain('test kernel: initrd what the initial file system is');
    });

    it('say so when the initial file system is damaged', async () => {
      const damaged = readFileSync(parts.file('efi-cd'));
      const at = Number(parts.image('show', 'efi-cd').split(' ')[5]) * 2048 + 40_000;
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(parts.file('damaged'), damaged);
      expect(await started('damaged', 'cd', '1', unwrap(firmware))).toContain('is damaged on this medium');
    });
  });
});

/** Without the sequences by which firmware moves about the screen. */
function words(machine: Machine): string {
  return machine.said().replaceAll(/\x1b\[[0-9;=]*[A-Za-z]/g, '');
}
