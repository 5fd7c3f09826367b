/**
 * Boots a CD in every way there is and uses it: `npx jiti test/machine/live-cd.ts [IMAGE]`. Without KVM it takes the better part of an hour, which is
 * why it is no test of vitest's. Prints what was seen, with seconds; ends with 1 at the first thing that is not as it should be.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFirmware, hasKvm, startMachine, type Bus, type Disk, type Machine, type MachineSpec } from '../../src/machine/index.js';
import { unwrap } from '../../src/result.js';

const image =
  process.argv[2] ?? execFileSync(fileURLToPath(new URL('../../zilch', import.meta.url)), ['path', 'live-cd'], { encoding: 'utf8' }).trim();
const folder = mkdtempSync(join(tmpdir(), 'zilch-live-'));
// Where the machine has it but no guest starts by it: ZILCH_BOOT_KVM=no.
const kvm = process.env['ZILCH_BOOT_KVM'] !== 'no' && hasKvm();
/** Seconds of a processor's time. */
const PATIENCE = kvm ? 60 : 300;
const uefi = unwrap(findFirmware());

function disk(name: string, mib: number): Disk {
  const file = join(folder, name);
  writeFileSync(file, '');
  truncateSync(file, mib * 1024 * 1024);
  return { file, bus: 'virtio', keep: true };
}

/** Starts a machine, waits until it is ready, uses it, and sees it go off by itself. */
async function run(
  what: string,
  spec: Omit<MachineSpec, 'kvm' | 'memory'> & { memory?: number },
  use: (machine: Machine) => Promise<void>,
): Promise<void> {
  const machine = unwrap(startMachine({ memory: 768, ...spec, kvm, patient: true }));
  try {
    unwrap(await machine.waitFor('the first one starts in', PATIENCE));
    machine.type('1');
    unwrap(await machine.waitFor(/zilch: ready/, PATIENCE));
    console.log(`${what}: ready after ${machine.age().toFixed(1)} s`);
    unwrap(await machine.waitFor('zilch@zilch', PATIENCE));
    await use(machine);
  } finally {
    await machine.kill();
  }
}

/** Runs a command in the guest's shell and sees that it succeeds. */
async function does(machine: Machine, command: string): Promise<string> {
  // The echo of what is typed must not be taken for the answer.
  machine.type(`${command}; echo "<$?"">"\r`);
  const said = unwrap(await machine.waitFor(/<\d+>/, PATIENCE));
  if (!said.endsWith('<0>')) throw new Error(`${command}: ${said}`);
  return said;
}

async function off(machine: Machine): Promise<void> {
  machine.type('su -\r');
  unwrap(await machine.waitFor('root@', PATIENCE));
  machine.type('poweroff\r');
  unwrap(await machine.off(PATIENCE));
}

const ways: readonly [Bus, boolean][] = [
  ['cd', false],
  ['usb', false],
  ['cd', true],
  ['usb', true],
  ['ahci-cd', true],
  ['nvme', false],
];
try {
  for (const [bus, efi] of ways) {
    await run(`${bus}, ${efi ? 'UEFI' : 'BIOS'}`, { disks: [{ file: image, bus }], ...(efi ? { uefi } : {}) }, async (machine) => {
      unwrap(await machine.screenshot(join(folder, `${bus}-${efi ? 'uefi' : 'bios'}.png`)));
      await off(machine);
    });
  }

  await run('programs', { disks: [{ file: image, bus: 'cd' }], network: { card: 'e1000' } }, async (machine) => {
    await does(machine, `printf '#include <stdio.h>\\nint main (void) { return puts ("C") < 0; }\\n' >a.c && cc a.c -o a && ./a`);
    await does(machine, `printf '#include <iostream>\\nint main () { std::cout << "C++\\\\n"; }\\n' >a.cc && c++ a.cc -o a && ./a`);
    await does(machine, 'zilch-room');
    await does(machine, 'ip -4 addr show eth0 | grep -q 10.0.2.15');
    await off(machine);
  });

  const target = disk('installed', 4000);
  const cd: Disk = { file: image, bus: 'cd' };
  await run('install', { disks: [cd, target] }, async (machine) => {
    machine.type('su -\r');
    unwrap(await machine.waitFor('root@', PATIENCE));
    await does(machine, 'zilch-install --yes /dev/vda');
    machine.type('poweroff\r');
    unwrap(await machine.off(PATIENCE));
  });
  await run('the installed disk, BIOS; the plug is pulled', { disks: [target] }, async (machine) => {
    await does(
      machine,
      'grep store=disk /run/zilch && for n in 1 2 3 4 5; do head -c 1000000 /dev/urandom >file$n; sha256sum file$n >>sums; sync; done',
    );
    machine.type('head -c 100000000 /dev/urandom >torn\r');
  });
  await run('the installed disk, UEFI; what was there is there', { disks: [target], uefi }, async (machine) => {
    await does(machine, 'sha256sum -c sums');
    await off(machine);
  });
  await run('upgrade', { disks: [target, cd] }, async (machine) => {
    machine.type('su -\r');
    unwrap(await machine.waitFor('root@', PATIENCE));
    await does(machine, 'zilch-upgrade');
    machine.type('poweroff\r');
    unwrap(await machine.off(PATIENCE));
  });
  await run('the upgraded disk', { disks: [target] }, async (machine) => {
    await does(machine, 'grep slot=B /run/zilch && sha256sum -c sums');
    await off(machine);
  });
  console.log(`all as it should be; pictures of the screens are in ${folder}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(join(folder, 'installed'), { force: true });
}
