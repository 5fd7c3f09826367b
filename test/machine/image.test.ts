import { execFileSync } from 'node:child_process';
import { openSync, closeSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool, lacking, Parts } from './parts.js';

const missing = lacking();
if (missing !== undefined) console.log(`skipped: images, ${missing}`);

/** Other people's programs read what ours wrote. */
const readers = Object.fromEntries(['xorriso', 'isoinfo', 'sgdisk', 'mdir', 'mtype', 'fsck.fat'].map((name) => [name, findTool(name)]));

function read(program: string, ...args: string[]): string {
  const path = readers[program];
  if (path === undefined) throw new Error(`${program} is not here`);
  return execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
}

describe.skipIf(missing !== undefined)('an image', () => {
  let parts: Parts;
  const ID = 'fedcba9876543210'.repeat(2);
  beforeAll(() => {
    parts = Parts.make();
    parts.image('new', 'cd', parts.options());
    writeFileSync(parts.file('disk'), '');
    truncateSync(parts.file('disk'), 300_000_000);
    parts.image('new', 'disk', parts.options({ id: ID, area: '16', 'root-area': '40' }));
  });
  afterAll(() => parts.remove());

  it('is the same bytes, whatever the file held before', () => {
    writeFileSync(parts.file('again'), Buffer.alloc(40_000_000, 0xee));
    parts.image('new', 'again', parts.options());
    expect(readFileSync(parts.file('again')).equals(readFileSync(parts.file('cd')))).toBe(true);
  });

  it.runIf(readers['xorriso'])('is an ISO 9660 volume that a BIOS and UEFI can start, to xorriso', () => {
    const said = read('xorriso', '-indev', parts.file('cd'), '-report_el_torito', 'plain', '-report_system_area', 'plain', '-find', '/');
    expect(said).toMatch(/El Torito boot img : +1 +BIOS +y +none +0x0000 +0x00 +4 +48$/m);
    expect(said).toMatch(/El Torito boot img : +2 +UEFI +y +none .* 512$/m);
    expect(said).toMatch(/MBR protective/);
    for (const name of ['BOOT.TXT', 'BOOTX64.EFI', 'INITRD', 'KERNEL', 'SYSTEM.IMG']) expect(said).toContain(name);
  });

  it.runIf(readers['isoinfo'])('gives its files to who mounts it', () => {
    const kernel = execFileSync(readers['isoinfo'] ?? '', ['-i', parts.file('cd'), '-x', '/KERNEL.;1']);
    const own = readFileSync(parts.file('kernel'));
    expect(kernel.subarray(0, own.length).equals(own)).toBe(true);
    expect(kernel.subarray(own.length).every((byte) => byte === 0)).toBe(true);
    expect(execFileSync(readers['isoinfo'] ?? '', ['-i', parts.file('cd'), '-x', '/SYSTEM.IMG;1']).equals(readFileSync(parts.file('system')))).toBe(
      true,
    );
  });

  it.runIf(readers['sgdisk']).each(['cd', 'disk'])('has a sound table of partitions: %s', (medium) => {
    const said = read('sgdisk', '--verify', parts.file(medium));
    expect(said).toContain('No problems found');
    const list = read('sgdisk', '--print', parts.file(medium));
    const names = [...list.matchAll(/^ +\d+ .* (zilch-\S+)$/gm)].map((match) => match[1]);
    expect(names).toEqual(medium === 'cd' ? ['zilch-boot', 'zilch-a'] : ['zilch-boot', 'zilch-a', 'zilch-b', 'zilch-data']);
    expect(list).toMatch(/^ +1 .* EF00 +zilch-boot$/m);
  });

  it('has the same table for sectors of 4096 bytes', () => {
    const file = openSync(parts.file('disk'), 'r');
    const at = (offset: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    };
    const small = at(512, 92);
    const large = at(4096, 92);
    expect(large.toString('latin1', 0, 8)).toBe('EFI PART');
    for (let entry = 0; entry < 4; entry++) {
      const one = at(Number(small.readBigUInt64LE(72)) * 512 + entry * 128, 128);
      const other = at(Number(large.readBigUInt64LE(72)) * 4096 + entry * 128, 128);
      expect(Number(other.readBigUInt64LE(32)) * 4096).toBe(Number(one.readBigUInt64LE(32)) * 512);
      expect((Number(other.readBigUInt64LE(40)) + 1) * 4096).toBe((Number(one.readBigUInt64LE(40)) + 1) * 512);
    }
    closeSync(file);
  });

  it.runIf(readers['mdir'] && readers['fsck.fat'])('has a partition that firmware can read, to mtools and fsck', () => {
    for (const medium of ['cd', 'disk']) {
      const image = `${parts.file(medium)}@@1M`;
      expect(read('mdir', '-b', '-/', '-i', image)).toContain('::/EFI/BOOT/BOOTX64.EFI');
      expect(read('mtype', '-i', image, '::/BOOT.TXT')).toMatch(/^Zilch, under test\n1 A ffff the usual\|first words zilch.root=A\./);
      const bytes = readFileSync(parts.file(medium));
      writeFileSync(parts.file('esp'), bytes.subarray(1 << 20, medium === 'cd' ? 10 << 20 : 70 << 20));
      expect(read('fsck.fat', '-n', parts.file('esp'))).toMatch(/files,.*clusters/);
    }
  });

  it('keeps what was current until the new version is there whole', () => {
    const before = parts.image('show', 'disk');
    expect(before).toMatch(/^A\* /);
    parts.write('too-large', Buffer.alloc(41 << 20, 1));
    expect(() => parts.image('upgrade', 'disk', parts.options({ root: 'too-large' }))).toThrow(/there is room for/);
    expect(parts.image('show', 'disk')).toBe(before);
    parts.image('upgrade', 'disk', parts.options());
    expect(parts.image('show', 'disk')).toMatch(/^A kernel.*\nB\* kernel/);
    parts.image('switch', 'disk', parts.options());
    expect(parts.image('show', 'disk')).toMatch(/^A\* kernel.*\nB kernel/);
  });

  it('refuses a disk that is none of its own, and a CD that has no room for another version', () => {
    writeFileSync(parts.file('other'), Buffer.alloc(5_000_000));
    expect(() => parts.image('upgrade', 'other', parts.options())).toThrow(/no medium of Zilch/);
    expect(readFileSync(parts.file('other')).every((byte) => byte === 0)).toBe(true);
    expect(() => parts.image('upgrade', 'cd', parts.options())).toThrow(/no installed disk/);
  });

  it('says which entry of the menu is wrong', () => {
    parts.write('bad-entries', 'Title\n1 @ ffff no bar\n');
    expect(() => parts.image('new', 'cd2', parts.options({ entries: 'bad-entries' }))).toThrow(/not KEY @ MODE NAME\|WORDS: 1 @ ffff no bar/);
  });
});
