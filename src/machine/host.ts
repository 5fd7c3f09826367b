/** The parts of QEMU on this machine: the program, its acceleration, its firmware. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, ok, type Result } from '../result.js';

const PROGRAM = 'qemu-system-x86_64';

/** UEFI firmware: its code, and its initial variables. */
export interface Firmware {
  readonly code: string;
  readonly variables: string;
}

/** Where OVMF is in distributions: Debian and Ubuntu, Fedora, Arch, Alpine, openSUSE. */
const FIRMWARE: readonly Firmware[] = [
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
  ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
  ['/usr/share/OVMF/x64/OVMF_CODE.fd', '/usr/share/OVMF/x64/OVMF_VARS.fd'],
  ['/usr/share/qemu/ovmf-x86_64-code.bin', '/usr/share/qemu/ovmf-x86_64-vars.bin'],
].map(([code = '', variables = '']) => ({ code, variables }));

/** QEMU's path. Fails with E_NO_QEMU. */
export function findProgram(path = process.env['PATH'] ?? ''): Result<string> {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, PROGRAM))
    .find((file) => may(file, constants.X_OK));
  return found === undefined ? fail('E_NO_QEMU', `${PROGRAM} is not in PATH`, 'on Debian: apt-get install qemu-system-x86') : ok(found);
}

/** The first firmware found. Fails with E_NO_FIRMWARE. */
export function findFirmware(known: readonly Firmware[] = FIRMWARE): Result<Firmware> {
  const found = known.find(({ code, variables }) => may(code, constants.R_OK) && may(variables, constants.R_OK));
  return found === undefined ? fail('E_NO_FIRMWARE', 'there is no UEFI firmware for QEMU', 'on Debian: apt-get install ovmf') : ok(found);
}

/** Whether the processor itself can run the guest; otherwise QEMU translates, about ten times slower. */
export function hasKvm(device = '/dev/kvm'): boolean {
  return may(device, constants.R_OK | constants.W_OK);
}

function may(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
