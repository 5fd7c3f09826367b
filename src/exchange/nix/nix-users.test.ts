import { expect, test } from 'vitest';
import { isAtLeast, userSettings } from './nix-users.js';

test.each([
  ['nix (Nix) 2.8.0', false],
  ['nix (Nix) 2.11.1\n', false],
  ['nix (Nix) 2.12.0', true],
  ['nix (Nix) 2.18pre20230904_abcdef0', true],
  ['nix (Lix, like Nix) 2.91.1', true],
  ['nix (Nix) 3.0', true],
  ['', false],
])('of %j it is known whether it takes ids for builds by itself', (said, expected) => {
  expect(isAtLeast(said, [2, 12])).toBe(expected);
});

test('builders of somebody who is not root run as their caller', async () => {
  expect(await userSettings(false)).toEqual({ ok: true, value: ['--option', 'build-users-group', ''] });
});

test('builders of root never run as root: they have users, or there are no builds', async () => {
  const settings = await userSettings(true);
  if (settings.ok) expect(settings.value.slice(-2)).not.toEqual(['build-users-group', '']);
  else expect(settings.failure).toMatchObject({ code: 'E_NIX', hint: expect.stringContaining('nix-setup-systemd') as string });
});
