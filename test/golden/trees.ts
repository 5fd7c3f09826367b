import { directory, file, symlink, type Tree } from '../support/tree.js';

/** The trees whose NARs Nix made: each has a reason to come out wrong. */
export const GOLDEN_TREES: Readonly<Record<string, Tree>> = {
  'empty-file': file(''),
  'seven-bytes': file('1234567'),
  'eight-bytes': file('12345678'),
  'nine-bytes': file('123456789'),
  executable: file('#!/bin/ash\n', true),
  symlink: symlink('../somewhere/else'),
  'symlink-of-bytes': symlink('caf\xe9'),
  'empty-directory': directory(),
  nested: directory({ a: directory({ b: directory({ c: file('deep') }), d: symlink('b/c') }), e: file('x', true) }),
  // By bytes: "-" and "." before letters, capitals before small ones, UTF-8 and Latin-1 last.
  'order-of-names': directory(
    Object.fromEntries(['a', 'a-b', 'a.b', 'ab', 'B', 'Z', '_', '~', '0', '\xc3\xa9', '\xe9', '\xff'].map((name) => [name, file(name)])),
  ),
};
