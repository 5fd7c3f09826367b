/**
 * Boots a CD in every way there is and uses it: `npx jiti test/machine/live-cd.ts [IMAGE [SCENARIO...]]`. Without KVM it takes the better part
 * of an hour, which is why it is no test of vitest's. Prints what was seen, with seconds; ends with 1 at the first thing that is not as it
 * should be. All scenarios run unless some are named; those that need `live-cd-full` say so, and run only when named.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFirmware, type Bus, type Disk } from '../../src/machine/index.js';
import { unwrap } from '../../src/result.js';
import { becomeRoot, does, off, PATIENCE, powerOff, run } from './guest.js';

const zilch = fileURLToPath(new URL('../../zilch', import.meta.url));
const path = (target: string): string => execFileSync(zilch, ['path', target], { encoding: 'utf8' }).trim();

const [image = path('live-cd'), ...names] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'zilch-live-'));
const uefi = unwrap(findFirmware());
const cd: Disk = { file: image, bus: 'cd' };

function disk(name: string, mib: number, rest: Partial<Disk> = {}): Disk {
  const file = join(folder, name);
  writeFileSync(file, '');
  truncateSync(file, mib * 1024 * 1024);
  return { file, bus: 'virtio', keep: true, ...rest };
}

/** Prints the lines of an answer that are to be seen by a person, without the command and the end. */
function show(said: string): void {
  console.log(
    said
      .split(/\r?\n/)
      .slice(1, -1)
      .map((line) => `    ${line}`)
      .join('\n'),
  );
}

const ways: readonly [Bus, boolean][] = [
  ['cd', false],
  ['usb', false],
  ['cd', true],
  ['usb', true],
  ['ahci-cd', true],
  ['nvme', false],
];

async function boots(): Promise<void> {
  for (const [bus, efi] of ways) {
    await run(`${bus}, ${efi ? 'UEFI' : 'BIOS'}`, { disks: [{ file: image, bus }], ...(efi ? { uefi } : {}) }, async (machine) => {
      unwrap(await machine.screenshot(join(folder, `${bus}-${efi ? 'uefi' : 'bios'}.png`)));
      await off(machine);
    });
  }
}

async function sectors(): Promise<void> {
  await run('a disk with sectors of 4096 bytes, UEFI', { disks: [{ file: image, bus: 'nvme', sector: 4096 }], uefi }, off);
}

async function programs(): Promise<void> {
  await run('programs', { disks: [cd], network: { card: 'e1000' } }, async (machine) => {
    show(await does(machine, 'free -m'));
    await does(machine, `printf '#include <stdio.h>\\nint main (void) { return puts ("C") < 0; }\\n' >a.c && cc a.c -o a && ./a`);
    await does(machine, `printf '#include <iostream>\\nint main () { std::cout << "C++\\\\n"; }\\n' >a.cc && c++ a.cc -o a && ./a`);
    await does(machine, 'zilch-room');
    await does(machine, 'ip -4 addr show eth0 | grep -q 10.0.2.15');
    await becomeRoot(machine);
    await does(machine, 'test "$(keymap | wc -l)" -gt 170 && keymap de-latin1 && ! keymap nowhere');
    await powerOff(machine);
  });
}

/** What all of /bin is, from the store: Nix's own shell. */
const FIND_SHELL = 'export SH=$(nix-store --query --references $(readlink -f /bin/nix) | grep busybox)';

/** A build by the user, through the daemon and in its sandbox. The builder is what all of /bin is. */
const GREETING = [
  'derivation { name = "greeting"; system = "x86_64-linux"; args = [ "-c" "echo hello >$out" ];',
  'builder = "${builtins.storePath (builtins.getEnv "SH")}/bin/ash"; }',
].join(' ');

async function nix(): Promise<void> {
  await run('Nix', { disks: [cd], memory: 1024 }, async (machine) => {
    await does(machine, FIND_SHELL);
    show(await does(machine, `nix build --impure --no-link --print-out-paths --expr '${GREETING}'`));
    await becomeRoot(machine);
    await does(machine, 'nix-store --verify --check-contents', 1500);
    show(await does(machine, 'free -m'));
    await powerOff(machine);
  });
}

async function ssh(): Promise<void> {
  const key = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const words = `zilch.authorized_keys=${readFileSync(`${key}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(',')} zilch.hostname=zilch`;
  const port = 20_000 + (process.pid % 10_000);
  await run('ssh', { disks: [cd], network: { forward: [{ from: port, to: 22 }] }, words }, async (machine) => {
    await does(machine, 'until ip -4 addr show eth0 | grep -q 10.0.2.15; do sleep 1; done');
    const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${key}.hosts`, 'BatchMode=yes', 'ConnectTimeout=300'];
    const at = (user: string, command: string): string =>
      execFileSync('ssh', ['-i', key, '-p', String(port), ...options.flatMap((option) => ['-o', option]), `${user}@127.0.0.1`, command], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    if (at('zilch', 'id -un') !== 'zilch\n') throw new Error('another user came in');
    try {
      at('root', 'id');
    } catch {
      await off(machine);
      return;
    }
    throw new Error('root came in');
  });
}

/**
 * Two machines of this CD: the Nix of one uses the store of the other, by the ssh that is on both. They have the same clock, the host's:
 * with clocks that leap while a guest sleeps, one waits for the other for hours.
 */
async function remote(): Promise<void> {
  const key = join(folder, 'dropbear-key');
  const made = execFileSync(join(path('dropbear'), 'bin/dropbearkey'), ['-t', 'ed25519', '-f', key], { encoding: 'utf8', stdio: 'pipe' });
  const publicKey = /^ssh-ed25519 \S+/m.exec(made)?.[0].replace(' ', ',');
  const port = 20_000 + (process.pid % 10_000);
  const words = `zilch.authorized_keys=${publicKey ?? ''} zilch.hostname=zilch`;
  const spec = { disks: [cd], memory: 1024, patient: false };
  await run('the other machine', { ...spec, network: { forward: [{ from: port, to: 22 }] }, words }, async (other) => {
    await does(other, 'until nix store info; do sleep 1; done', 300);
    await run('two machines', { ...spec, network: {} }, async (machine) => {
      await does(machine, 'until ip -4 addr show eth0 | grep -q 10.0.2.15; do sleep 1; done');
      await does(machine, `echo ${readFileSync(key).toString('base64')} | base64 -d >key && chmod 600 key`);
      await does(machine, `export NIX_SSHOPTS="-p ${String(port)} -i $HOME/key -y" AT=ssh-ng://zilch@10.0.2.2`);
      await does(machine, 'ssh $NIX_SSHOPTS zilch@10.0.2.2 id', 300);
      show(await does(machine, 'nix store info --store $AT', 300));
      await does(machine, 'seq 100000 >numbers && P=$(nix store add numbers) && nix copy --to $AT $P && nix store info --store $AT', 300);
      await does(machine, FIND_SHELL);
      show(await does(machine, `nix build --impure --eval-store auto --store $AT --no-link --print-out-paths --expr '${GREETING}'`, 300));
      await off(machine);
    });
    await does(other, 'seq 100000 | cmp - /nix/store/*-numbers && grep hello /nix/store/*-greeting');
    await off(other);
  });
}

async function install(): Promise<void> {
  const target = disk('installed', 4000);
  await run('install', { disks: [cd, target] }, async (machine) => {
    await becomeRoot(machine);
    await does(machine, 'zilch-install --yes /dev/vda');
    await powerOff(machine);
  });
  await run('the installed disk, BIOS; the plug is pulled', { disks: [target] }, async (machine) => {
    await does(
      machine,
      'grep store=disk /run/zilch && for n in 1 2 3 4 5; do head -c 1000000 /dev/urandom >file$n; sha256sum file$n >>sums; sync; done',
    );
    await does(machine, FIND_SHELL);
    const endless = GREETING.replace('echo hello', 'echo under way >&2; while :; do echo more; done');
    machine.type(`nix build -L --impure --no-link --expr '${endless}'\r`);
    unwrap(await machine.waitFor(/greeting> \S*under way/, PATIENCE));
  });
  await run('the installed disk, UEFI; what was there is there, and the store is sound', { disks: [target], uefi }, async (machine) => {
    await does(machine, 'sha256sum -c sums');
    await does(machine, FIND_SHELL);
    await does(machine, `nix build --impure --no-link --expr '${GREETING}'`);
    await becomeRoot(machine);
    await does(machine, 'nix-store --verify --check-contents', 1500);
    await powerOff(machine);
  });
  await run('upgrade', { disks: [target, cd] }, async (machine) => {
    await becomeRoot(machine);
    await does(machine, 'zilch-upgrade');
    await powerOff(machine);
  });
  await run('the upgraded disk', { disks: [target] }, async (machine) => {
    await does(machine, 'grep slot=B /run/zilch && sha256sum -c sums');
    await off(machine);
  });
}

/** `live-cd-full`, without a network: its Nix builds from its own expressions and tarballs, to the paths that Zilch has. */
async function rebuild(): Promise<void> {
  const store = disk('store', 8000);
  // Needs the store on a disk: what is unpacked on the way fills a memory.
  await run('a disk for the store', { disks: [cd, store], memory: 2048 }, async (machine) => {
    await becomeRoot(machine);
    await does(machine, 'zilch-store --yes /dev/vda');
    await powerOff(machine);
  });
  await run('the full CD builds', { disks: [cd, store], memory: 2048, cores: 2 }, async (machine) => {
    await does(machine, 'grep store=disk /run/zilch');
    for (const target of ['stage1', 'gnumake-by-tinycc']) {
      const said = await does(machine, `nix build --offline --no-link --print-out-paths "path:$(readlink /zilch/flake)#${target}"`, 7200);
      show(said);
      const wanted = execFileSync(zilch, ['path', '--logical', target], { encoding: 'utf8' }).trim();
      if (!said.includes(wanted)) throw new Error(`${target} came to another path than ${wanted}`);
      console.log(`${target}: the same path as here, after ${machine.age().toFixed(0)} s`);
    }
    await off(machine);
  });
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = { boots, sectors, programs, nix, ssh, remote, install, rebuild };
const wanted = names.length > 0 ? names : Object.keys(scenarios).filter((name) => name !== 'rebuild');
try {
  for (const name of wanted) {
    const scenario = scenarios[name];
    if (scenario === undefined) throw new Error(`no scenario ${name}; there are: ${Object.keys(scenarios).join(', ')}`);
    await scenario();
  }
  console.log(`all as it should be; pictures of the screens are in ${folder}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const name of ['installed', 'store']) rmSync(join(folder, name), { force: true });
}
