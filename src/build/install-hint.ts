/** How a program that is missing is installed, on the system at hand. */
import { readFileSync } from 'node:fs';

/** By the names that /etc/os-release gives systems: its own, or those of what it is like. */
const INSTALLERS: readonly { readonly ids: readonly string[]; readonly command: string; readonly names?: Readonly<Record<string, string>> }[] = [
  { ids: ['debian', 'ubuntu'], command: 'apt-get install' },
  { ids: ['fedora', 'rhel', 'centos'], command: 'dnf install', names: { mount: 'util-linux' } },
  { ids: ['arch'], command: 'pacman -S', names: { mount: 'util-linux' } },
  { ids: ['alpine'], command: 'apk add', names: { 'util-linux': 'util-linux setpriv' } },
  { ids: ['suse', 'opensuse'], command: 'zypper install', names: { mount: 'util-linux' } },
  { ids: ['nixos'], command: 'nix-shell -p', names: { mount: 'util-linux' } },
];

/** The command that installs what Debian calls by this name. */
export function installHint(debianPackage: string, osRelease = readOsRelease()): string {
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? '';
  const ids = [field('ID'), ...field('ID_LIKE').split(' ')];
  // openSUSE adds what kind of it it is: opensuse-leap.
  const found = ids
    .map((id) => INSTALLERS.find((installer) => installer.ids.some((known) => id === known || id.startsWith(`${known}-`))))
    .find((installer) => installer !== undefined);
  if (found === undefined) return `install it; the package that Debian has it in is ${debianPackage}`;
  return `${found.command} ${found.names?.[debianPackage] ?? debianPackage}`;
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
