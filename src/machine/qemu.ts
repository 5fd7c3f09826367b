/** QEMU's command line for a description of a machine. */
import type { Firmware } from './host.js';

/** How a disk is connected. `cd` is a CD drive, on the same controller as `ide`. */
export const BUSES = ['cd', 'ide', 'ahci-cd', 'ahci', 'usb', 'virtio', 'scsi', 'nvme'] as const;
export type Bus = (typeof BUSES)[number];

export interface Disk {
  readonly file: string;
  readonly bus: Bus;
  /** If true, writes go to the file; otherwise they are lost when the machine ends. */
  readonly keep?: boolean;
  /** Bytes; 512 by default. */
  readonly sector?: 512 | 4096;
}

export interface MachineSpec {
  /** The machine starts from the first one. */
  readonly disks: readonly Disk[];
  /** MiB */
  readonly memory: number;
  readonly cores?: number;
  /** A BIOS by default; the variables are a file that may be written. */
  readonly uefi?: Firmware;
  /** Started by QEMU itself, without firmware and loader; `initrd` is a file with its initial files. */
  readonly kernel?: { readonly file: string; readonly initrd?: string; readonly words: string };
  /**
   * A network card; the guest reaches the network through QEMU, and these ports of the host are forwarded to the guest.
   */
  readonly network?: {
    readonly card?: 'virtio-net-pci' | 'e1000' | 'e1000e';
    readonly forward?: readonly { readonly from: number; readonly to: number }[];
    readonly closed?: boolean;
  };
  readonly watchdog?: boolean;
  /**
   * The guest's clock counts its instructions, without KVM. Otherwise time runs too fast for the guest on a busy host:
   * a kernel that gets a hundredth of a processor finds that its timer does not work.
   */
  readonly patient?: boolean;
  readonly kvm: boolean;
  /** Whether QEMU may open a window. */
  readonly window?: boolean;
  /** A person sits at the serial line: Ctrl-C is the guest's, and Ctrl-A X ends the machine. */
  readonly terminal?: boolean;
}

/** The arguments. `monitor` is a socket's path, for QEMU's own protocol. */
export function qemuCommand(spec: MachineSpec, monitor?: string): string[] {
  const ahci = spec.disks.some(({ bus }) => bus.startsWith('ahci'));
  return [
    ...['-machine', ahci ? 'q35' : 'pc', '-accel', spec.kvm ? 'kvm' : 'tcg', ...(spec.kvm ? ['-cpu', 'host'] : [])],
    // 32 ns an instruction; a sleeping guest takes no time.
    ...(spec.patient === true && !spec.kvm ? ['-icount', 'shift=5,sleep=off'] : []),
    ...[
      '-m',
      String(spec.memory),
      '-smp',
      String(spec.cores ?? 1),
      ...(spec.terminal === true ? ['-serial', 'mon:stdio'] : ['-no-reboot', '-serial', 'stdio']),
    ],
    ...(spec.window === true ? [] : ['-display', 'none']),
    ...(spec.terminal === true ? [] : ['-monitor', 'none']),
    ...(monitor === undefined ? [] : ['-qmp', `unix:${quoted(monitor)},server=on,wait=off`]),
    ...(spec.uefi === undefined ? [] : firmware(spec.uefi)),
    ...spec.disks.flatMap((disk, index) => connected(disk, index, spec.kernel === undefined)),
    ...network(spec.network),
    ...(spec.kernel === undefined ? [] : kernel(spec.kernel)),
    ...(spec.watchdog === true ? ['-device', 'i6300esb'] : []),
    // With a source of random numbers, UEFI firmware need not look for one, and every guest starts sooner.
    ...['-device', 'virtio-rng-pci'],
  ];
}

function kernel({ file, initrd, words }: NonNullable<MachineSpec['kernel']>): string[] {
  return ['-kernel', file, ...(initrd === undefined ? [] : ['-initrd', initrd]), '-append', words];
}

function firmware({ code, variables }: Firmware): string[] {
  const flash = (unit: number, file: string, readonly: boolean): string =>
    `if=pflash,format=raw,unit=${String(unit)},file=${quoted(file)}${readonly ? ',readonly=on' : ''}`;
  return ['-drive', flash(0, code, true), '-drive', flash(1, variables, false)];
}

function connected({ file, bus, keep = false, sector = 512 }: Disk, index: number, starts: boolean): string[] {
  const id = `disk${String(index)}`;
  const medium = bus.endsWith('cd') ? 'media=cdrom,readonly=on' : keep ? 'cache=writeback' : 'snapshot=on';
  const sectors = sector === 512 ? '' : `,logical_block_size=${String(sector)},physical_block_size=${String(sector)}`;
  const device = {
    cd: ['ide-cd'],
    ide: ['ide-hd'],
    'ahci-cd': ['ide-cd'],
    ahci: ['ide-hd'],
    usb: ['usb-storage'],
    virtio: ['virtio-blk-pci'],
    scsi: ['scsi-hd'],
    nvme: [`nvme,serial=${id}`],
  }[bus];
  const controller = { usb: ['-device', `qemu-xhci,id=usb${String(index)}`], scsi: ['-device', `virtio-scsi-pci,id=scsi${String(index)}`] };
  const on = bus === 'usb' ? `,bus=usb${String(index)}.0` : bus === 'scsi' ? `,bus=scsi${String(index)}.0` : '';
  return [
    ...(bus === 'usb' || bus === 'scsi' ? controller[bus] : []),
    ...['-drive', `if=none,id=${id},format=raw,file=${quoted(file)},${medium}`],
    ...['-device', `${device.join(',')},drive=${id}${on}${starts ? `,bootindex=${String(index)}` : ''}${sectors}`],
  ];
}

function network(spec: MachineSpec['network']): string[] {
  if (spec === undefined) return ['-nic', 'none'];
  const forward = (spec.forward ?? []).map(({ from, to }) => `,hostfwd=tcp:127.0.0.1:${String(from)}-:${String(to)}`).join('');
  return ['-nic', `user,model=${spec.card ?? 'virtio-net-pci'}${spec.closed === true ? ',restrict=on' : ''}${forward}`];
}

/** A comma ends a value, unless it is doubled. */
function quoted(file: string): string {
  return file.replaceAll(',', ',,');
}
