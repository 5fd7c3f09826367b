import { expect, test } from 'vitest';
import { unwrap } from '../../result.js';
import { NixDialect, saysBuilderFailed } from './nix-dialect.js';

const DRV = '/nix/store/00000000000000000000000000000000-x.drv';

test.each([
  ['nix (Nix) 2.8.0', { users: false, drv: DRV, store: 'ping', show: ['show-derivation', DRV] }],
  ['nix (Nix) 2.11.1\n', { users: false, drv: DRV, store: 'ping', show: ['show-derivation', DRV] }],
  ['nix (Nix) 2.13.6', { users: true, drv: `${DRV}^*`, store: 'ping', show: ['show-derivation', DRV] }],
  ['nix (Nix) 2.18pre20230904_abcdef0', { users: true, drv: `${DRV}^*`, store: 'ping', show: ['derivation', 'show', DRV] }],
  ['nix (Lix, like Nix) 2.91.1', { users: true, drv: `${DRV}^*`, store: 'ping', show: ['derivation', 'show', DRV] }],
  ['nix (Nix) 2.26.3', { users: true, drv: `${DRV}^*`, store: 'info', show: ['derivation', 'show', DRV] }],
  ['nix (Nix) 3.0', { users: true, drv: `${DRV}^*`, store: 'info', show: ['derivation', 'show', DRV] }],
])('%j is asked as it wants', (said, { users, drv, store, show }) => {
  const dialect = unwrap(NixDialect.parse(said));
  expect(dialect.allocatesUsers).toBe(users);
  expect(dialect.outputsOf(DRV)).toBe(drv);
  expect(dialect.storeInfo).toEqual(['store', store]);
  expect(dialect.showDerivation(DRV)).toEqual(show);
});

test.each(['', 'nix (Nix) 2.7.0', 'nix (Nix) 1.11.16', 'command not found'])('%j will not do', (said) => {
  expect(NixDialect.parse(said)).toMatchObject({ ok: false, failure: { code: 'E_NIX' } });
});

test('what is known of a path is read from a list and from an object', () => {
  const dialect = unwrap(NixDialect.parse('nix (Nix) 2.34.8'));
  expect(dialect.askPathInfo('/p')).toEqual(['path-info', '--json', '--json-format', '1', '/p']);
  expect(dialect.pathInfo('[{"narSize":1}]', '/p')).toEqual({ narSize: 1 });
  expect(dialect.pathInfo('{"/p":{"narSize":1}}', '/p')).toEqual({ narSize: 1 });
  expect(dialect.pathInfo('{"/p":null}', '/p')).toBeUndefined();
});

test.each([
  ["builder for '/nix/store/x.drv' failed with exit code 3; last 1 log lines", true],
  ["Cannot build '/nix/store/x.drv'. Reason: builder failed with exit code 3. Output paths:", true],
  ["unexpected end-of-file; builder for '/nix/store/x.drv' failed with exit code 1", false],
  ["build of '/nix/store/x.drv' on 'ssh-ng://one' failed: builder for '/nix/store/x.drv' failed with exit code 1", true],
  ['no space left on device', false],
])('that a builder failed is told from other failures: %s', (message, isVerdict) => {
  expect(saysBuilderFailed(message)).toBe(isVerdict);
});
