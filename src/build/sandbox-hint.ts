/** What to do where builds cannot be sandboxed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installHint } from './install-hint.js';

/** What the sandbox is made with, and the packages of Debian that have it. */
const PROGRAMS = [
  ['bwrap', 'bubblewrap'],
  ['mount', 'mount'],
  ...['setpriv', 'setarch', 'unshare'].map((program) => [program, 'util-linux'] as const),
] as const;

/** Reads a switch of the kernel; `undefined` where this kernel does not have it. */
type ReadSwitch = (name: string) => string | undefined;

/** By what the attempt said, and by how the kernel is set. */
export function sandboxHint(said: string, readSwitch: ReadSwitch = switchOfKernel, install: (debianPackage: string) => string = installHint): string {
  for (const [program, debianPackage] of PROGRAMS) {
    if (new RegExp(`${program}(: not found|: No such file| ENOENT)`).test(said)) return `install it: ${install(debianPackage)}`;
  }
  if (readSwitch('user/max_user_namespaces') === '0') return 'user namespaces are turned off; as root: sysctl -w user.max_user_namespaces=15000';
  if (readSwitch('kernel/unprivileged_userns_clone') === '0')
    return 'only root may make user namespaces here; as root: sysctl -w kernel.unprivileged_userns_clone=1';
  if (readSwitch('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return (
      'Ubuntu lets only those programs use user namespaces for which AppArmor has a profile that says so, and bwrap has none. As root, give it one: ' +
      "printf 'abi <abi/4.0>,\\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n' >/etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap; " +
      'or let all programs, until the next start: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    );
  }
  return 'in a container, allow user namespaces and mounts (docker run --privileged); "zilch doctor" says more';
}

function switchOfKernel(name: string): string | undefined {
  try {
    return readFileSync(join('/proc/sys', name), 'utf8').trim();
  } catch {
    return undefined;
  }
}
