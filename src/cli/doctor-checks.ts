/** What builds need from a machine, and whether the machine has it. */
import { execFile } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { checkSandbox, installHint } from '../build/index.js';
import { debianMirrors, probeMirror } from '../sources/index.js';
import { setCloseOnExec } from '../system-calls.js';
import { processors } from './command.js';
import { formatBytes } from './format.js';

/** One thing that was checked. */
export interface Finding {
  readonly subject: string;
  /** `poor`: builds work, but slowly or not all of them. */
  readonly state: 'good' | 'poor' | 'bad';
  readonly says: string;
  readonly remedy?: string | undefined;
}

const GIB = 2 ** 30;

/** For stage 1, its sources and its store. The whole chain needs much more. */
const LEAST_DISK = 1 * GIB;
const ENOUGH_DISK = 40 * GIB;
/** clang by GCC needs the most: two compilers took 3.5 GiB (docs/crossing-figures.md). */
const MEMORY_PER_COMPILER = 1.75 * GIB;
/** clang and lld are built at the same time, each with one compiler for each processor. */
const LARGE_BUILDS = 2;

/** Checks everything, in the order in which a build would fail for want of it. */
export function examine(root: string): Promise<Finding[]> {
  return Promise.all([
    node(),
    Promise.resolve(systemCalls()),
    bubblewrap(),
    sandbox(),
    mirror(),
    Promise.resolve(disk(root)),
    Promise.resolve(memory()),
    Promise.resolve(kvm()),
    nix(),
  ]);
}

async function node(): Promise<Finding> {
  return Promise.resolve({ subject: 'Node.js', state: 'good', says: `${process.version}, ${process.execPath}` });
}

/** System calls that Node.js lacks come in a module of machine code for one C library and one processor. */
function systemCalls(): Finding {
  const subject = 'system calls';
  try {
    const fd = openSync('/', 'r');
    try {
      setCloseOnExec(fd, true);
    } finally {
      closeSync(fd);
    }
    return { subject, state: 'good', says: `by koffi; SQLite ${process.versions['sqlite'] ?? 'of Node.js'}` };
  } catch (error) {
    return {
      subject,
      state: 'bad',
      says: (error as Error).message.split('\n')[0] ?? '',
      remedy: 'the package koffi does not fit here: delete node_modules and run ./zilch again',
    };
  }
}

async function bubblewrap(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('bwrap', ['--version']);
    return { subject: 'bubblewrap', state: 'good', says: stdout.trim() };
  } catch {
    return { subject: 'bubblewrap', state: 'bad', says: 'bwrap is not there', remedy: installHint('bubblewrap') };
  }
}

async function sandbox(): Promise<Finding> {
  const checked = await checkSandbox();
  if (checked.ok) return { subject: 'user namespaces', state: 'good', says: 'a sandbox starts' };
  return { subject: 'user namespaces', state: 'bad', says: checked.failure.message, remedy: checked.failure.hint };
}

async function mirror(): Promise<Finding> {
  const subject = 'Debian mirror';
  const mirrors = debianMirrors();
  if (mirrors.length === 0)
    return {
      subject,
      state: 'poor',
      says: 'none is configured',
      remedy: 'set ZILCH_DEBIAN_MIRROR to the root of one, or give tarballs with --sources DIR',
    };
  for (const root of mirrors) {
    const probed = await probeMirror(root);
    if (probed.ok) return { subject, state: 'good', says: `${root} answers` };
  }
  return {
    subject,
    state: 'poor',
    says: `no answer from ${mirrors.join(', ')}`,
    remedy: 'check the network; set ZILCH_DEBIAN_MIRROR, or give tarballs with --sources DIR',
  };
}

function disk(root: string): Finding {
  let directory = root;
  while (!existsSync(directory)) directory = dirname(directory);
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const state = free < LEAST_DISK ? 'bad' : free < ENOUGH_DISK ? 'poor' : 'good';
  return {
    subject: 'disk',
    state,
    says: `${formatBytes(free)} free for ${root}`,
    remedy: 'stage 1 takes 1 GiB, the whole chain up to 40: make room, `zilch gc`, or put the store elsewhere with --store',
  };
}

function memory(): Finding {
  const needed = LARGE_BUILDS * processors() * MEMORY_PER_COMPILER;
  const cores = Math.min(processors(), Math.max(1, Math.floor(totalmem() / MEMORY_PER_COMPILER)));
  const state = totalmem() < needed ? 'poor' : 'good';
  return {
    subject: 'memory',
    state,
    says: `${formatBytes(totalmem())} for ${processors()} processors`,
    remedy: `building clang and lld at once takes up to ${formatBytes(needed)}, ${formatBytes(MEMORY_PER_COMPILER)} a compiler: give build --jobs 1 --cores ${cores}`,
  };
}

function kvm(): Finding {
  const subject = 'KVM';
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return { subject, state: 'good', says: '/dev/kvm can be opened' };
  } catch {
    return {
      subject,
      state: 'poor',
      says: '/dev/kvm cannot be opened',
      remedy: 'only booting what was built is slower without it; join the group kvm, or allow nested virtualisation',
    };
  }
}

/** Only `--via nix` needs it. */
async function nix(): Promise<Finding> {
  const subject = 'Nix';
  const { checkNix } = await import('../exchange/index.js');
  const { said, failure } = await checkNix();
  if (failure === undefined) return { subject, state: 'good', says: `${said} will do for build --via nix` };
  const remedy = `build needs it with --via nix only: ${failure.hint ?? 'build without that'}`;
  return { subject, state: 'poor', says: [...(said === undefined ? [] : [said]), failure.message].join(': '), remedy };
}
