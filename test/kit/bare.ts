/**
 * A bare machine with only a kit: a folder becomes the kernel's initial file system, and its /init the first process.
 */
import { spawn } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a folder as the kernel takes them: cpio, the format "newc". Modes are kept, owners are root. */
export function firstFiles(folder: string): Buffer {
  const parts: Buffer[] = [];
  const add = (path: string): void => {
    const file = join(folder, path);
    const stat = lstatSync(file);
    const contents = stat.isFile() ? readFileSync(file) : stat.isSymbolicLink() ? Buffer.from(readlinkSync(file)) : Buffer.alloc(0);
    parts.push(entry(path, stat.mode, contents));
    if (stat.isDirectory()) for (const name of readdirSync(file).sort()) add(path === '.' ? name : `${path}/${name}`);
  };
  add('.');
  return Buffer.concat([...parts, entry('TRAILER!!!', 0, Buffer.alloc(0))]);
}

function entry(path: string, mode: number, contents: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, uid, gid, links, time, size, four device numbers, length of the name, no checksum
  const fields = [0, mode, 0, 0, 1, 0, contents.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(contents)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

export interface BareMachine {
  readonly megabytes: number;
  readonly scratch: string;
  /** QEMU's options for processor and clock; an emulated processor of no make by default. */
  readonly qemu?: readonly string[];
  /** Whether the kernel says what it finds. */
  readonly talkative?: boolean;
}

/**
 * Switches the machine on; gives what its serial line said until it was off. It has one processor, no disk and no
 * network. On a busy host the kernel would find its timer too slow, so it is told not to look.
 */
export async function bootKit(
  kernel: string,
  folder: string,
  { megabytes, scratch, qemu = ['-accel', 'tcg'], talkative = false }: BareMachine,
): Promise<string> {
  const initrd = join(scratch, 'kit.cpio');
  writeFileSync(initrd, firstFiles(folder));
  const machine = [...qemu, '-m', String(megabytes), '-no-reboot', '-nic', 'none', '-display', 'none', '-serial', 'stdio'];
  const words = `console=ttyS0 ${talkative ? 'loglevel=7' : 'quiet'} panic=-1 no_timer_check`;
  const child = spawn('qemu-system-x86_64', [...machine, '-monitor', 'none', '-kernel', kernel, '-initrd', initrd, '-append', words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  for await (const text of child.stdout.setEncoding('utf8')) shown += text as string;
  return shown.replaceAll('\r', '');
}
