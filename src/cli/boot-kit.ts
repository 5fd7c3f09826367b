/** `zilch boot` of a kit: a machine that has only a kernel and the kit's files. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readKit } from '../kit/index.js';
import { startMachine, writeInitialFiles, type MachineSpec } from '../machine/index.js';
import { fail, ok, type Result } from '../result.js';
import { fileFailure } from './file-failure.js';
import { interruptible } from './interrupt.js';
import { print, printError } from './output.js';

/** The first process, if it is a TinyCC and not the 148 bytes: it compiles the kit's builder into memory. */
const TINYCC = 'tinycc';
const BY_TINYCC = `rdinit=/${TINYCC} -- -nostdinc -nostdlib -I climb/4-tinycc/include -run kit/alone.c boot`;

/** A kernel that panics ends the machine. On a busy host it would find its timer too slow, so it does not check it. */
const WORDS = 'console=ttyS0 quiet panic=-1 no_timer_check mitigations=off';

export interface BareMachine extends Pick<MachineSpec, 'memory' | 'cores' | 'kvm'> {
  /** The kernel's file. */
  readonly kernel: string;
  /** The file of a static TinyCC to start from. */
  readonly tinycc: string | undefined;
}

/**
 * Boots a kit and shows what it says, until the machine is off. Nothing that the kit made before goes into the machine,
 * and nothing comes out of it. Fails with E_MACHINE if the kit fails.
 */
export async function bootKit(folder: string, { kernel, tinycc, ...rest }: BareMachine): Promise<Result<undefined>> {
  const absent = [kernel, tinycc].find((file) => file !== undefined && !existsSync(file));
  if (absent !== undefined) return fail('E_NO_FILE', `${absent} is not there`);
  const kit = readKit(folder);
  if (!kit.ok) return kit;
  const { names, seed } = kit.value;
  const scratch = mkdtempSync(join(tmpdir(), 'zilch-boot-'));
  try {
    const initrd = join(scratch, 'kit.cpio');
    const programs = new Map([['seed', seed], ...(tinycc === undefined ? [] : ([[TINYCC, readFileSync(tinycc)]] as const))]);
    writeInitialFiles(initrd, { folder, names, folders: ['made'], programs });
    const words = tinycc === undefined ? WORDS : `${WORDS} ${BY_TINYCC}`;
    return await run({ ...rest, disks: [], kernel: { file: resolve(kernel), initrd, words } });
  } catch (error) {
    return fileFailure('read the kit in', folder, error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
    return fail('E_MACHINE', `the machine ended before the kit was done\n${machine.complaints()}`.trimEnd(), 'more --memory, or another --kernel');
  });
}
