/** `zilch boot` of a kit: a machine that has only a kernel and the kit's files. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { putOnDisk, readKit, type KitFiles } from '../kit/index.js';
import { startMachine, writeInitialFiles, type Disk, type MachineSpec } from '../machine/index.js';
import { fail, ok, type Result } from '../result.js';
import { fileFailure } from './file-failure.js';
import { interruptible } from './interrupt.js';
import { print, printError } from './output.js';

/** The first process: the text /init, which the 148 bytes run, or a TinyCC, which compiles the kit's builder into memory. */
const TINYCC = 'tinycc';
const BY_TINYCC = `/${TINYCC} -- -nostdinc -nostdlib -I climb/4-tinycc/include -run kit/alone.c boot`;
const BY_SEED = '/init';

/** A kernel that panics ends the machine. On a busy host it would find its timer too slow, so it does not check it. */
const WORDS = 'console=ttyS0 quiet panic=-1 no_timer_check mitigations=off';

export interface BareMachine extends Pick<MachineSpec, 'memory' | 'cores' | 'kvm'> {
  /** The kernel's file. */
  readonly kernel: string;
  /** The file of a static TinyCC to start from. */
  readonly tinycc: string | undefined;
  /** The file of a disk that the kit lies on; without it everything is in memory. */
  readonly disk: string | undefined;
}

/**
 * Boots a kit and shows what it says, until the machine is off. What the kit made on this system does not go into the
 * machine. What it makes there is on the disk, if there is one: the kit goes on there at the next start. Fails with
 * E_MACHINE if the kit fails, and like putOnDisk.
 */
export async function bootKit(folder: string, { kernel, tinycc, disk, ...rest }: BareMachine): Promise<Result<undefined>> {
  const absent = [kernel, tinycc].find((file) => file !== undefined && !existsSync(file));
  if (absent !== undefined) return fail('E_NO_FILE', `${absent} is not there`);
  if (disk !== undefined && !existsSync(disk)) return fail('E_NO_FILE', `${disk} is not there`, `truncate -s 16G ${disk}`);
  const kit = readKit(folder);
  if (!kit.ok) return kit;
  const { names, seed } = kit.value;
  const scratch = mkdtempSync(join(tmpdir(), 'zilch-boot-'));
  try {
    const programs = new Map([['seed', seed], ...(tinycc === undefined ? [] : ([[TINYCC, readFileSync(tinycc)]] as const))]);
    const first = tinycc === undefined ? BY_SEED : BY_TINYCC;
    const root = await rootOf({ folder, names, folders: ['made'], programs }, { first, disk, scratch });
    if (!root.ok) return root;
    const { disks, initrd, words } = root.value;
    return await run({ ...rest, disks, kernel: { file: resolve(kernel), words: `${WORDS} ${words}`, ...initrd } });
  } catch (error) {
    return fileFailure('read the kit in', folder, error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Root {
  readonly disks: readonly Disk[];
  readonly initrd: { readonly initrd?: string };
  /** What the kernel has to be told. */
  readonly words: string;
}

/** Makes what the kernel has as its root: files in memory, or a disk. */
async function rootOf(files: KitFiles, to: { first: string; disk: string | undefined; scratch: string }): Promise<Result<Root>> {
  const { first, disk, scratch } = to;
  if (disk === undefined) {
    const initrd = join(scratch, 'kit.cpio');
    writeInitialFiles(initrd, files);
    return ok({ disks: [], initrd: { initrd }, words: `rdinit=${first}` });
  }
  const put = await putOnDisk(disk, files, scratch);
  if (!put.ok) return put;
  if (put.value === 'goes on') printError(`zilch: ${disk} has this kit, which goes on\n`);
  return ok({ disks: [{ file: resolve(disk), bus: 'virtio', keep: true }], initrd: {}, words: `root=/dev/vda rw init=${first}` });
}

async function run(spec: MachineSpec): Promise<Result<undefined>> {
  const started = startMachine(spec, { heard: (text) => print(text.replaceAll('\r', '')), again: (why) => printError(`zilch: ${why}\n`) });
  if (!started.ok) return started;
  const machine = started.value;
  return interruptible(async (signal) => {
    signal.addEventListener('abort', () => void machine.kill());
    const off = await machine.off(Infinity);
    if (signal.aborted) return fail('E_CANCELLED', 'stopped');
    if (!off.ok) return off;
    const end = [...machine.said().matchAll(/^kit: (done|failed), and off\r?$/gm)].at(-1)?.[1];
    if (end === 'done') return ok(undefined);
    if (end === 'failed') return fail('E_MACHINE', 'the kit failed on the machine; it said why above');
    return fail(
      'E_MACHINE',
      `the machine ended before the kit was done\n${machine.complaints()}`.trimEnd(),
      'more --memory, or another --kernel; a disk needs one with ext4 and virtio, and not as modules',
    );
  });
}
