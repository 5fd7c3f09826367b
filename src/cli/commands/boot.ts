import { spawn } from 'node:child_process';
import { existsSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { isKit } from '../../kit/index.js';
import {
  BUSES,
  findFirmware,
  findProgram,
  hasKvm,
  launch,
  qemuCommand,
  type Bus,
  type Disk,
  type Firmware,
  type MachineSpec,
} from '../../machine/index.js';
import { fail, ok, type Result } from '../../result.js';
import { builtOutput, targetOf, withView } from '../../workspace/index.js';
import { bootKit } from '../boot-kit.js';
import { collect, perform, positiveInteger, withChain, type ChainOptions } from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { printError } from '../output.js';

interface BootOptions extends ChainOptions {
  readonly kernel?: string;
  readonly as: Bus;
  readonly uefi?: true;
  readonly disk?: readonly string[];
  readonly memory: number;
  readonly cores: number;
  readonly window?: true;
  readonly forward?: readonly string[];
  readonly kvm: boolean;
}

/** `zilch boot` */
export function register(command: Command): void {
  command.description(
    'Starts a CD or a disk in QEMU, with its serial line on this terminal: Ctrl-A X ends the machine, Ctrl-A C is QEMU’s monitor. What is written to the CD’s own file is forgotten. Or starts a kit (zilch export kit) on a machine that has only a kernel: its first process is the 148 bytes or, with --seed, a TinyCC; it fails unless the kit builds all its steps. With --disk, an empty file at first, the kit lies there, and goes on there when the machine is started again.',
  );
  command.argument('[target]', 'a target whose output is an image, the file of one, or the folder of a kit', 'live-cd');
  withChain(command)
    .addOption(new Option('--as <kind>', 'how the image is connected').choices(BUSES).default('cd'))
    .option('--uefi', 'firmware of UEFI instead of a BIOS')
    .option('--disk <file>', 'one more disk, whose changes are kept; may be given more than once', collect)
    .option('--memory <mib>', 'memory', positiveInteger, 2048)
    .option('--cores <n>', 'processors', positiveInteger, 2)
    .option('--window', 'a window with the screen')
    .option('--forward <from:to>', 'lead a port of this machine to one of the guest: 2222:22 for ssh; may be given more than once', collect)
    .option('--kernel <file>', 'a Linux for a kit (default: the chain’s own, of the target linux)')
    .option('--no-kvm', 'translate the guest’s instructions even where the processor could run them');
  perform(command, boot);
}

async function boot(name: string, options: BootOptions): Promise<Result<ExitCode | undefined>> {
  const program = findProgram();
  if (!program.ok) return program;
  const firmware = options.uefi === true ? findFirmware() : ok(undefined);
  if (!firmware.ok) return firmware;
  const kvm = options.kvm && hasKvm();
  if (options.kvm && !kvm) printError('zilch: /dev/kvm cannot be opened: QEMU translates, some ten times as slowly\n');
  if (isKit(name)) return bootBare(name, options, kvm);
  if (options.kernel !== undefined)
    return fail('E_USAGE', `--kernel is for a kit, and ${name} is none`, 'name the folder that zilch export kit wrote');
  const image = await imageOf(name, options);
  if (!image.ok) return image;
  if (!statSync(image.value).isFile())
    return fail('E_NO_FILE', `${name} is a folder, and no image of a CD or a disk`, 'zilch list names what is built; live-cd is such an image');
  const absent = (options.disk ?? []).find((file) => !existsSync(file));
  if (absent !== undefined) return fail('E_NO_FILE', `${absent} is not there`, `truncate -s 8G ${absent}`);
  const forward = forwards(options.forward ?? []);
  if (!forward.ok) return forward;
  const disks: Disk[] = [
    { file: image.value, bus: options.as },
    ...(options.disk ?? []).map((file) => ({ file, bus: 'virtio' as const, keep: true })),
  ];
  return withVariables(firmware.value, async (uefi) => {
    const { memory, cores, window } = options;
    const spec = {
      disks,
      memory,
      cores,
      kvm,
      network: { forward: forward.value },
      terminal: true,
      ...(uefi ? { uefi } : {}),
      ...(window ? { window } : {}),
    };
    return runHere(program.value, spec);
  });
}

/** A kit on a machine without network and screen, in memory or on a disk. */
async function bootBare(folder: string, options: BootOptions, kvm: boolean): Promise<Result<ExitCode | undefined>> {
  const { memory, cores, seed, uefi, window, forward } = options;
  const [disk, ...more] = options.disk ?? [];
  if (uefi ?? window ?? forward ?? more[0]) return fail('E_USAGE', 'a kit’s machine has neither UEFI, a window, a second disk nor ports');
  const kernel = options.kernel === undefined ? await chainKernel(options) : ok(options.kernel);
  return kernel.ok ? bootKit(folder, { kernel: kernel.value, tinycc: seed, disk, memory, cores, kvm }) : kernel;
}

async function chainKernel({ store, chain }: ChainOptions): Promise<Result<string>> {
  const linux = await imageOf('linux', { ...(store ? { store } : {}), chain });
  if (linux.ok) return ok(join(linux.value, 'bzImage'));
  return { ...linux, failure: { ...linux.failure, hint: 'zilch build linux, or name another: --kernel /boot/vmlinuz-…' } };
}

/** The file that was named, or the output of the target. */
async function imageOf(name: string, options: ChainOptions): Promise<Result<string>> {
  if (name.includes('/') && existsSync(name)) return ok(name);
  return withView(options, (session) => {
    const found = targetOf(session, name);
    if (!found.ok) return Promise.resolve(found);
    const { target, outputName = target.recipe.outputNames[0]! } = found.value;
    const info = builtOutput(session, target, outputName);
    return Promise.resolve(info.ok ? ok(session.store.hostPath(info.value.path)) : info);
  });
}

function forwards(pairs: readonly string[]): Result<{ from: number; to: number }[]> {
  const parsed = pairs.map((pair) => /^(\d{1,5}):(\d{1,5})$/.exec(pair));
  const wrong = pairs.find((_, index) => parsed[index] === null);
  if (wrong !== undefined) return fail('E_USAGE', `--forward ${wrong} is not FROM:TO`, 'two ports: 2222:22');
  return ok(parsed.map((match) => ({ from: Number(match?.[1]), to: Number(match?.[2]) })));
}

/** Firmware writes to its variables: to a copy, which goes when the machine does. */
async function withVariables<T>(firmware: Firmware | undefined, use: (own: Firmware | undefined) => Promise<T>): Promise<T> {
  if (firmware === undefined) return use(undefined);
  const folder = mkdtempSync(join(tmpdir(), 'zilch-boot-'));
  try {
    const variables = join(folder, 'variables');
    copyFileSync(firmware.variables, variables);
    return await use({ ...firmware, variables });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Hands the terminal over until the machine is off. */
function runHere(program: string, spec: MachineSpec): Promise<Result<undefined>> {
  return new Promise((resolve) =>
    launch(spec, {
      start: (now) => spawn(program, qemuCommand(now), { stdio: 'inherit' }),
      again: (why) => printError(`zilch: ${why}\n`),
      ended: (how) => resolve(how === undefined ? ok(undefined) : fail('E_MACHINE', `QEMU ${how}`)),
    }),
  );
}
