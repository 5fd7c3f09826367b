/**
 * The CD builds itself again: `npx jiti test/machine/rebuild.ts FOLDER [TARGET] [IMAGE]`, as root. Unpacks the system of `live-cd-full` to FOLDER,
 * goes there with namespaces of its own (no network, no file of this machine, its own processes), tells its Nix what lies in its store, and has it
 * build TARGET (live-cd-full when left out) from the expressions aboard. Ends with 0 when that came to the store path that Zilch has for TARGET.
 * FOLDER is kept: what was built there is not built again.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const zilch = fileURLToPath(new URL('../../zilch', import.meta.url));
const path = (target: string): string => execFileSync(zilch, ['path', target], { encoding: 'utf8' }).trim();

const [given, target = 'live-cd-full', image = path('live-cd-full')] = process.argv.slice(2);
if (given === undefined) throw new Error('name a folder with some GB of room');
const folder = resolve(given);
const root = join(folder, 'root');

/** Copies the compressed system out of the image and unpacks it. */
function unpack(): void {
  mkdirSync(folder, { recursive: true });
  const shown = execFileSync(join(path('image-writer'), 'bin/zilch-image'), ['show', image], { encoding: 'utf8' });
  const found = /^.\* .* root (\d+) (\d+) [0-9a-f]{64}$/m.exec(shown);
  if (found === null) throw new Error(`${image} holds no system:\n${shown}`);
  const [block, bytes] = [Number(found[1]), Number(found[2])];
  const from = openSync(image, 'r');
  const file = join(folder, 'system');
  const to = openSync(file, 'w');
  const memory = Buffer.alloc(1 << 20);
  for (let done = 0; done < bytes;) {
    const read = readSync(from, memory, 0, Math.min(memory.length, bytes - done), block * 2048 + done);
    if (read === 0) throw new Error(`${image} is cut off`);
    writeSync(to, memory, 0, read);
    done += read;
  }
  closeSync(from);
  closeSync(to);
  execFileSync(join(path('squashfs-tools'), 'bin/unsquashfs'), ['-no-progress', '-d', root, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(file);
}

if (!existsSync(root)) unpack();

/** Runs inside, by the CD's own shell. */
const inside = `
set -eu
mount -t proc proc /proc
umount -l /mnt
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t tmpfs -o mode=755 dev /dev
for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "/dev/\${device%:*}" c 1 "\${device#*:}"; done
mknod -m 666 /dev/tty c 5 0
mkdir /dev/pts /dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts
ln -s pts/ptmx /dev/ptmx
mount -t tmpfs shm /dev/shm
ln -s /proc/self/fd /dev/fd
echo "cores = $(nproc)" >/run/nix.conf
export PATH=/bin:/sbin HOME=/root NIX_REMOTE=
[ -f /nix/var/nix/registered ] || { nix-store --load-db </nix/registration; cp /nix/registration /nix/var/nix/registered; }
nix build --offline --no-link --print-out-paths "path:$(readlink /zilch/flake)#${target}"
`;
const started = Date.now();
const out = execFileSync(
  'unshare',
  // Not chroot: in one, the kernel allows no user namespaces, and so no sandboxes.
  [
    ...['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '/bin/sh', '-euc'],
    'mount --bind "$1" "$1"; cd "$1"; pivot_root . mnt; exec /bin/sh -c "$2"',
    ...['sh', root, inside],
  ],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
).trim();
const expected = path(target);
console.log(`${target}: ${out}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
// A line for each output; Zilch names the first.
if (
  !out
    .split('\n')
    .map((line) => basename(line))
    .includes(basename(expected))
) {
  console.error(`DIFFERENT: Zilch has ${expected}`);
  process.exitCode = 3;
} else console.log('the same');
