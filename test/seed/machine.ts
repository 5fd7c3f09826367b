/** A bare machine: Debian's kernels in QEMU, with nothing but the files that a test gives them. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { debianMirrors } from '../../src/sources/index.js';

const QEMU = 'qemu-system-x86_64';

/** Why there is no machine, or `undefined` where there is one. */
export function whyNoMachine(): string | undefined {
  return spawnSync(QEMU, ['--version']).status === 0 ? undefined : `${QEMU} is not installed`;
}

/** Fetches the newest kernel of a release of Debian, through apt, into `directory`; gives the kernel's file. */
export function fetchKernel(release: string, directory: string): string {
  const apt = join(directory, `apt-${release}`);
  for (const part of ['lists/partial', 'cache/archives/partial', 'package']) mkdirSync(join(apt, part), { recursive: true });
  const lines = debianMirrors().map((mirror) => `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${release} main\n`);
  writeFileSync(join(apt, 'sources.list'), lines.join(''));
  const options = Object.entries({
    'Dir::Etc::SourceList': join(apt, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, [...options, ...args], { cwd: join(apt, 'package'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('apt-get', '-q', 'update');
  const name = /Depends: (linux-image-\S+)/.exec(run('apt-cache', 'depends', 'linux-image-amd64'))?.[1];
  if (name === undefined) throw new Error(`${release} has no linux-image-amd64`);
  run('apt-get', '-q', 'download', name);
  const [file] = readdirSync(join(apt, 'package'));
  execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile '${file!}' | tar -x --wildcards './boot/vmlinuz-*'`], { cwd: join(apt, 'package') });
  const [kernel] = readdirSync(join(apt, 'package/boot'));
  return join(apt, 'package/boot', kernel!);
}

/** A file system for the kernel to begin with: files by their absolute paths, all executable. cpio, the format "newc". */
export function initialFiles(files: ReadonlyMap<string, Buffer>): Buffer {
  const folders = new Set<string>();
  for (const path of files.keys()) for (let up = dirname(path); up !== '/'; up = dirname(up)) folders.add(up);
  const parts = [
    ...[...folders].sort().map((folder) => entry(folder, 0o40755, Buffer.alloc(0))),
    ...[...files].map(([path, bytes]) => entry(path, 0o100755, bytes)),
    entry('/TRAILER!!!', 0, Buffer.alloc(0)),
  ];
  return Buffer.concat(parts);
}

function entry(path: string, mode: number, bytes: Buffer): Buffer {
  const name = Buffer.from(`${path.slice(1)}\0`);
  // inode, mode, uid, gid, links, time, size, four device numbers, length of the name, no checksum
  const fields = [0, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** Lets a kernel run `command`, a program and its arguments, as its first process; gives what the console showed until the machine was off. */
export async function boot(kernel: string, files: ReadonlyMap<string, Buffer>, command: readonly string[], directory: string): Promise<string> {
  const initrd = join(directory, `${basename(kernel)}.cpio`);
  writeFileSync(initrd, initialFiles(files));
  const [program, ...args] = command;
  const append = `console=ttyS0 quiet panic=-1 rdinit=${program!} -- ${args.join(' ')}`;
  const machine = ['-accel', 'tcg', '-m', '256', '-no-reboot', '-nic', 'none', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'];
  const child = spawn(QEMU, [...machine, '-kernel', kernel, '-initrd', initrd, '-append', append], { stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  for await (const text of child.stdout.setEncoding('utf8')) shown += text as string;
  return shown.replaceAll('\r', '');
}
