/** Facts about the building machine. Policies require them to differ between operators who agree. */
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';

export interface MachineFacts {
  readonly kernel: string;
  readonly cpuVendor: string;
  readonly cpuModel: string;
  readonly cores: number;
  /** The kernel's clock source. */
  readonly clock: string;
  /** The store's file system, `ext4`. */
  readonly fileSystem: string;
  /** Whether the processor says that it is a virtual machine's. */
  readonly virtual: boolean;
}

/** `f_type` of statfs(2). Source: Linux' `magic.h`. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0xca451a4e, 'bcachefs'],
  [0x6969, 'nfs'],
  [0x01021997, '9p'],
]);

/** Looks at this machine; `directory` is on the store's file system. */
export function machineFacts(directory: string): MachineFacts {
  const cpu = readOr('/proc/cpuinfo', '');
  const field = (name: string): string | undefined => new RegExp(`^${name}\\s*: (.+)$`, 'm').exec(cpu)?.[1];
  const { type } = statfsSync(directory);
  return {
    kernel: ascii(release()),
    cpuVendor: ascii(field('vendor_id') ?? 'unknown'),
    cpuModel: ascii(field('model name') ?? 'unknown'),
    cores: availableParallelism(),
    clock: ascii(readOr('/sys/devices/system/clocksource/clocksource0/current_clocksource', 'unknown')),
    fileSystem: FILE_SYSTEMS.get(type) ?? `0x${type.toString(16)}`,
    virtual: field('flags')?.split(' ').includes('hypervisor') === true,
  };
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // If a fact is unknown, the claim is made without it.
    return otherwise;
  }
}

/** Claims have no other characters, so no two different texts look the same. */
function ascii(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 200) || 'unknown';
}
