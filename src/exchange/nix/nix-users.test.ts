import { expect, test } from 'vitest';
import { unwrap } from '../../result.js';
import { NixDialect } from './nix-dialect.js';
import { userSettings } from './nix-users.js';

const old = unwrap(NixDialect.parse('nix (Nix) 2.8.0'));
const recent = unwrap(NixDialect.parse('nix (Nix) 2.26.3'));

test('builders of somebody who is not root run as their caller', async () => {
  expect(await userSettings(old, false)).toEqual({ ok: true, value: ['--option', 'build-users-group', ''] });
});

test('builders of root never run as root: they have users, or there are no builds', async () => {
  const settings = await userSettings(old, true);
  if (settings.ok) expect(settings.value.slice(-2)).not.toEqual(['build-users-group', '']);
  else expect(settings.failure).toMatchObject({ code: 'E_NIX', hint: expect.stringContaining('nix-setup-systemd') as string });
});

test('builders of root have ids that no user has, where Nix can give them', async () => {
  expect(await userSettings(recent, true)).toMatchObject({ ok: true, value: expect.arrayContaining(['auto-allocate-uids', 'true']) as string[] });
});
