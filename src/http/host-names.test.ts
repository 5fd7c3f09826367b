import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { hostCheck } from './host-names.js';

test('a server lets itself be called by addresses, names of this machine, and names it was given', () => {
  const isOurs = hostCheck(['Cache.example.org']);
  const ours = [
    '127.0.0.1:5000',
    '192.168.1.5',
    '[::1]:5000',
    '[fe80::1]',
    'localhost:5000',
    'cache.example.org',
    'CACHE.example.org.:80',
    hostname(),
  ];
  expect(ours.filter((header) => !isOurs(header))).toEqual([]);
});

test('a server does not let itself be called by any other name', () => {
  const isOurs = hostCheck([]);
  const others = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'cache.example.org', '', '0x7f.1', 'a:b:c', '[evil.example]'];
  expect([...others.filter(isOurs), isOurs(undefined)]).toEqual([false]);
});

test('a server that is to answer to every name does', () => {
  expect(hostCheck(['*'])('evil.example')).toBe(true);
});
