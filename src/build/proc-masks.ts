/**
 * What of /proc is about the machine and not about processes: kept from builders, as container runtimes do (see the OCI
 * runtime's `maskedPaths` and `readonlyPaths`). A builder's user has no right to write to any of it; this holds even if it
 * had. No build reads these files, so its outputs are those of Nix's sandbox, whose /proc is whole. The price: a builder
 * that makes namespaces of its own cannot mount another /proc.
 */
import { existsSync, readdirSync } from 'node:fs';

/** Look like empty files. */
const FILES = [
  'kallsyms',
  'kcore',
  'keys',
  'key-users',
  'kmsg',
  'kpagecgroup',
  'kpagecount',
  'kpageflags',
  'latency_stats',
  'mtrr',
  'sched_debug',
  'slabinfo',
  'sysrq-trigger',
  'timer_list',
  'timer_stats',
  'vmallocinfo',
];

/** Look like empty directories. */
const DIRECTORIES = ['acpi', 'asound', 'bus', 'driver', 'fs', 'irq', 'pressure', 'scsi'];

const BINFMT = 'sys/fs/binfmt_misc';

/** What the machine has in its /proc of what may have to be masked. Throws the system's errors. */
export function procNames(): ReadonlySet<string> {
  return new Set([...readdirSync('/proc'), ...(existsSync(`/proc/${BINFMT}`) ? [BINFMT] : [])]);
}

/** bwrap's arguments that mask a sandbox's fresh /proc, as far as the machine's own has such files: see `procNames`. */
export function procMasks(there: ReadonlySet<string>): string[] {
  const empty = (directory: string): string[] => ['--tmpfs', directory, '--remount-ro', directory];
  return [
    ...FILES.filter((name) => there.has(name)).flatMap((name) => ['--dev-bind', '/dev/null', `/proc/${name}`]),
    ...DIRECTORIES.filter((name) => there.has(name)).flatMap((name) => empty(`/proc/${name}`)),
    // The kernel shows the settings of whoever reads, through the machine's /proc too. What is mounted in there is the machine's.
    ...['--ro-bind', '/proc/sys', '/proc/sys'],
    ...(there.has(BINFMT) ? empty(`/proc/${BINFMT}`) : []),
  ];
}
