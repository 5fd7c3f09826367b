/** The users of Nix's builders, if this machine builds in a store that Nix opens itself. */
import { execFile } from 'node:child_process';
import { fail, ok, type Result } from '../../result.js';
import type { NixDialect } from './nix-dialect.js';

/** Nix's own name for it. */
const GROUP = 'nixbld';

/**
 * Settings that keep builders from running as root; Nix itself would run them as its caller. Fails with `E_NIX` if root
 * has neither a Nix that uses unused ids nor users for builds.
 */
export async function userSettings(dialect: NixDialect, isRoot = process.geteuid?.() === 0): Promise<Result<readonly string[]>> {
  // A single-user store needs no build users.
  if (!isRoot) return ok(['--option', 'build-users-group', '']);
  if (dialect.allocatesUsers) {
    return ok(['--extra-experimental-features', 'auto-allocate-uids', '--option', 'auto-allocate-uids', 'true', '--option', 'build-users-group', '']);
  }
  const [, , , members = ''] = (await outputOf('getent', 'group', GROUP)).trim().split(':');
  if (members !== '') return ok(['--option', 'build-users-group', GROUP]);
  return fail(
    'E_NIX',
    `builders would run as root: this machine has no users for Nix's builds, a group ${GROUP} with members`,
    "Debian's nix-setup-systemd makes them, as does Nix's own installer; or build by the machine's daemon, --nix-store daemon, or as another user than root",
  );
}

/** The output of a program; empty if it fails. */
function outputOf(program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { encoding: 'utf8' }, (error, stdout) => {
      resolve(error === null ? stdout : '');
    });
  });
}
