import { describe, expect, test } from 'vitest';
import { installHint } from './install-hint.js';
import { sandboxHint } from './sandbox-hint.js';

const system = (id: string, like = ''): string => `NAME="Some Linux"\nID=${id}\nID_LIKE="${like}"\nVERSION_ID="1"\n`;

describe('a missing program', () => {
  test.each([
    ['debian', '', 'apt-get install bubblewrap'],
    ['ubuntu', 'debian', 'apt-get install bubblewrap'],
    ['linuxmint', 'ubuntu debian', 'apt-get install bubblewrap'],
    ['fedora', '', 'dnf install bubblewrap'],
    ['rocky', 'rhel centos fedora', 'dnf install bubblewrap'],
    ['arch', '', 'pacman -S bubblewrap'],
    ['alpine', '', 'apk add bubblewrap'],
    ['"opensuse-tumbleweed"', 'opensuse suse', 'zypper install bubblewrap'],
    ['nixos', '', 'nix-shell -p bubblewrap'],
  ])('is installed on %s (like "%s") by %s', (id, like, command) => {
    expect(installHint('bubblewrap', system(id, like))).toBe(command);
  });

  test('is in a package of another name elsewhere, which is said', () => {
    expect(installHint('mount', system('fedora'))).toBe('dnf install util-linux');
    expect(installHint('mount', system('debian'))).toBe('apt-get install mount');
  });

  test('is named by its Debian package where the system is not known', () => {
    for (const text of ['', system('plan9')]) expect(installHint('bubblewrap', text)).toContain('the package that Debian has it in is bubblewrap');
  });

  test('of the sandbox is the first thing to look for', () => {
    const hint = sandboxHint(
      'sh: 1: setpriv: not found',
      () => '1',
      (name) => `get ${name}`,
    );
    expect(hint).toBe('install it: get util-linux');
  });
});

describe('a kernel that does not let builds have user namespaces', () => {
  const switchedTo = (switches: Readonly<Record<string, string>>): string =>
    sandboxHint('bwrap: setting up uid map: Permission denied', (name) => switches[name]);

  test('may have been told not to', () => {
    expect(switchedTo({ 'user/max_user_namespaces': '0' })).toContain('sysctl -w user.max_user_namespaces=15000');
    expect(switchedTo({ 'kernel/unprivileged_userns_clone': '0' })).toContain('only root may');
  });

  test('may be Ubuntu’s, whose AppArmor wants a profile of each program: it is told apart, with the profile', () => {
    const hint = switchedTo({ 'user/max_user_namespaces': '63000', 'kernel/apparmor_restrict_unprivileged_userns': '1' });
    expect(hint).toContain('AppArmor');
    expect(hint).toContain('profile bwrap /usr/bin/bwrap flags=(unconfined)');
    expect(switchedTo({ 'kernel/apparmor_restrict_unprivileged_userns': '0' })).not.toContain('AppArmor');
  });

  test('may be a container’s', () => {
    expect(switchedTo({})).toContain('--privileged');
  });
});
