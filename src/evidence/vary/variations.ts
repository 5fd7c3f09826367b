/**
 * What is changed to show that it does not matter. The first fourteen variations are those of reprotest; it does not have the others. Each
 * changes our sandbox or what runs around it.
 */
import { readFileSync } from 'node:fs';
import { canMount, IMAGE_FILE_SYSTEMS, type SandboxVariation } from '../../build/index.js';

/** How one setting of a variation changes a run. */
export interface Change {
  readonly sandbox?: SandboxVariation;
  /** Options of the tracer, for changes that need it. */
  readonly tracer?: readonly string[];
  /** The largest build directory in memory, in bytes; 0 for one on disk. */
  readonly buildMemory?: number;
}

export interface Setting {
  readonly name: string;
  readonly change: Change;
}

/** Something that is as usual, or has one of these settings. */
export interface Variation {
  readonly name: string;
  /** What a builder likely does if this changes its output: the end of "it likely …". */
  readonly cause: string;
  readonly settings: readonly Setting[];
}

/** What this machine can vary, and what it cannot vary. */
export interface Available {
  readonly variations: readonly Variation[];
  readonly absent: readonly { readonly name: string; readonly why: string }[];
}

const GIB = 2 ** 30;
const MOST_IN_MEMORY = 64 * GIB;
const PRETENDED_MEMORY = GIB;
/** New Year's Day. */
const IN_1971 = 31_536_000;
/** Past the last second that 32 bits can count. */
const IN_2039 = 2_177_452_800;
const UPTIME = 40_000_000;
/** More than a build is likely to read; then the file ends. */
const RANDOM_BYTES = 1 << 16;

/** A file system in memory for the build directory. Its size is a limit: only what is written takes memory. */
export const IN_MEMORY: Change = { buildMemory: Math.min(MOST_IN_MEMORY, Math.max(GIB, Math.floor(process.availableMemory() / 2))) };

/** Finds what this machine can vary. `noTracer` is the reason if there is no tracer. */
export function variationsHere({ noTracer, asRoot }: { readonly noTracer?: string | undefined; readonly asRoot: boolean }): Available {
  const absent: { name: string; why: string }[] = [];
  const traced = (name: string, settings: readonly Setting[]): readonly Setting[] => {
    if (noTracer === undefined) return settings;
    absent.push({ name, why: noTracer });
    return [];
  };
  const images = IMAGE_FILE_SYSTEMS.filter((name) => {
    if (canMount(name)) return true;
    absent.push({ name: `file-system: ${name}`, why: `it needs root, a loop device, a kernel with ${name}, and mkfs.${name}` });
    return false;
  });
  if (!asRoot) absent.push({ name: 'host: the NIS domain', why: 'it needs root' });
  absent.push({
    name: "cpu: the processor's own answers",
    why: 'no sandbox can change what the instructions cpuid and rdrand answer; a virtual machine with another model of processor can',
  });
  absent.push({
    name: 'kernel: another one',
    why: 'only the answer of uname(2) is changed; another kernel needs another machine, such as `zilch export kit` in QEMU',
  });
  const one = (name: string, setting: string, cause: string, sandbox: SandboxVariation): Variation => ({
    name,
    cause,
    settings: [{ name: setting, change: { sandbox } }],
  });
  const all: readonly Variation[] = [
    one('environment', 'one variable more', 'stores its environment, or memory that it has not written (the environment moves the stack)', {
      env: { ZILCH_VARIED: 'a variable that no build has asked for '.repeat(8) },
    }),
    one('build-path', 'elsewhere', 'stores the path of its build directory', { buildPath: '/elsewhere/where-it-was-built' }),
    one('kernel', 'says 2.6', 'stores the kernel’s name or version, from uname', { oldKernel: true }),
    one('addresses', 'at random', 'stores addresses, sorts by them, or stores memory that it has not written', { randomAddresses: true }),
    one('processors', 'one', 'stores how many processors there are, or lets them race', { processors: 1 }),
    {
      name: 'time',
      cause: 'reads the clock, or the times of files that it has just made',
      settings: traced('time', [
        { name: '1971', change: { tracer: ['-t', String(IN_1971)] } },
        { name: '2039', change: { tracer: ['-t', String(IN_2039)] } },
      ]),
    },
    one('user', 'another user and group', 'stores who builds: user or group', { ids: { uid: 4711, gid: 4712 } }),
    {
      name: 'file-order',
      cause: 'takes files in the order in which their directory lists them',
      settings: traced('file-order', [
        { name: 'sorted', change: { tracer: ['-o', 'sorted'] } },
        { name: 'reversed', change: { tracer: ['-o', 'reversed'] } },
      ]),
    },
    one('host', 'another name', 'stores the name or the domain of the machine', {
      hostname: 'another-machine',
      ...(asRoot ? { domain: 'another.domain' } : {}),
    }),
    one('home', 'elsewhere', 'stores HOME', { env: { HOME: '/homeless-elsewhere' } }),
    one('locale', 'tr_TR.UTF-8', 'depends on the locale: its sort order, letters or language', {
      env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    }),
    one('exec-path', 'one directory more', 'stores PATH', { pathEnd: '/no-such-directory/bin' }),
    one('time-zone', '14 hours ahead', 'writes local times', { env: { TZ: 'FAR-14' } }),
    one('umask', '077', 'stores the modes of files that it makes', { umask: '077' }),
    {
      name: 'file-system',
      cause: 'stores what the file system decides: inode numbers, sizes of directories, the order of files, or how exact their times are',
      settings: [
        { name: 'tmpfs', change: IN_MEMORY },
        { name: 'disk', change: { buildMemory: 0 } },
        ...images.map((name): Setting => ({ name, change: { buildMemory: 0, sandbox: { fileSystem: name } } })),
      ],
    },
    {
      name: 'memory',
      cause: 'depends on the size of the memory',
      settings: traced('memory', [{ name: '1 GiB', change: { tracer: ['-m', String(PRETENDED_MEMORY)], sandbox: { files: otherMemory() } } }]),
    },
    one('cpu', 'of another maker', 'reads /proc/cpuinfo', { files: otherProcessor() }),
    one('process', 'not the first', 'stores process ids, perhaps in names of temporary files', { laterProcess: true }),
    one('uptime', 'a year more', 'reads how long the machine has been running', { uptime: UPTIME }),
  ];
  return { variations: all.filter(({ settings }) => settings.length > 0), absent };
}

/** What can be held still while a build is run twice. If the two results then agree, this was the cause. */
export const HELD_STILL: readonly { readonly name: string; readonly cause: string; readonly change: Change }[] = [
  {
    name: 'random numbers',
    cause: 'uses random numbers: for names, for seeds of hashes, or for themselves',
    change: { tracer: ['-r'], sandbox: { files: sameRandom() } },
  },
  {
    name: 'clock',
    cause: 'reads the clock, the cycle counter, or the times of files that it has just made',
    change: { tracer: ['-f', '1700000000'] },
  },
  { name: 'file system', cause: 'stores what the file system decides: inode numbers, or the order of files', change: IN_MEMORY },
  { name: 'processors', cause: 'lets processes race; on one processor they keep an order', change: { sandbox: { processors: 1 } } },
];

function otherMemory(): ReadonlyMap<string, Uint8Array> {
  const kib = PRETENDED_MEMORY / 1024;
  const lines = Object.entries({ MemTotal: kib, MemFree: kib / 2, MemAvailable: kib / 2, Buffers: 0, Cached: 0, SwapTotal: 0, SwapFree: 0 });
  return new Map([
    ['/proc/meminfo', Buffer.from(lines.map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`).join(''))],
  ]);
}

function otherProcessor(): ReadonlyMap<string, Uint8Array> {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const other = text.includes('GenuineIntel') ? 'AuthenticAMD' : 'GenuineIntel';
  const changed = text
    .replace(/^(vendor_id\s*:).*$/gm, `$1 ${other}`)
    .replace(/^(model name\s*:).*$/gm, '$1 Another processor @ 1.00GHz')
    .replace(/^(cpu family|model|stepping)(\s*:).*$/gm, '$1$2 6')
    .replace(/^(flags\s*:).*$/gm, '$1 fpu tsc cx8 cmov mmx fxsr sse sse2 syscall nx lm');
  return new Map([['/proc/cpuinfo', Buffer.from(changed)]]);
}

function sameRandom(): ReadonlyMap<string, Uint8Array> {
  const bytes = Buffer.alloc(RANDOM_BYTES);
  for (let index = 0, state = 1; index < bytes.length; index++) bytes[index] = (state = (state * 48271) % 2147483647) >> 8;
  const uuid = Buffer.from('7a696c63-6800-4000-8000-000000000000\n');
  return new Map<string, Uint8Array>([
    ['/dev/random', bytes],
    ['/dev/urandom', bytes],
    ['/proc/sys/kernel/random/uuid', uuid],
    ['/proc/sys/kernel/random/boot_id', uuid],
  ]);
}
