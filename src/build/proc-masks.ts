/**
 * The parts of /proc that are about the machine and not about processes. They are hidden from builders, as in container
 * runtimes (see the OCI runtime's `maskedPaths` and `readonlyPaths`). A builder's user has no right to write to them;
 * the masks hold even if it had. No build reads these files, so outputs are the same as in Nix's sandbox, whose /proc
 * is complete. The price: a builder that makes its own namespaces cannot mount another /proc.
 */
import { existsSync, readdirSync } from 'node:fs';

/** These look like empty files. */
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

/** These look like empty directories. */
const DIRECTORIES = ['acpi', 'asound', 'bus', 'driver', 'fs', 'irq', 'pressure', 'scsi'];

const BINFMT = 'sys/fs/binfmt_misc';

/** The names in the machine's /proc that may have to be masked. Throws the system's errors. */
export function procNames(): ReadonlySet<string> {
  return new Set([...readdirSync('/proc'), ...(existsSync(`/proc/${BINFMT}`) ? [BINFMT] : [])]);
}

/**
 * bwrap's arguments that mask a sandbox's fresh /proc, for those files that the machine's own /proc has; see
 * `procNames`.
 */
export function procMasks(there: ReadonlySet<string>): string[] {
  const empty = (directory: string): string[] => ['--tmpfs', directory, '--remount-ro', directory];
  return [
    ...FILES.filter((name) => there.has(name)).flatMap((name) => ['--dev-bind', '/dev/null', `/proc/${name}`]),
    ...DIRECTORIES.filter((name) => there.has(name)).flatMap((name) => empty(`/proc/${name}`)),
    // The kernel shows the reader's own settings, also through the machine's /proc. Mounts below it are the machine's.
    ...['--ro-bind', '/proc/sys', '/proc/sys'],
    ...(there.has(BINFMT) ? empty(`/proc/${BINFMT}`) : []),
  ];
}
