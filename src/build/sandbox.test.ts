import { describe, expect, test } from 'vitest';
import { sandboxArguments, type SandboxSpec } from './sandbox.js';

const spec: SandboxSpec = {
  storeDir: '/host/store',
  etcDir: '/host/etc',
  buildDir: { kind: 'memory', bytes: 1000 },
  scratchMemory: 1000,
  inputs: [{ kind: 'tree', hostPath: '/host/input', path: '/nix/store/input' }],
  procNames: new Set(),
  env: new Map([['KEY', 'value']]),
};
const words = sandboxArguments(spec);
/** Whether these follow one another. */
const has = (...expected: readonly string[]): boolean => words.some((_word, at) => expected.every((word, index) => words[at + index] === word));

// What these words do is shown by test/build/hostile*.test.ts; here, that none of them gets lost.
describe('a sandbox', () => {
  test.each(['user', 'pid', 'net', 'ipc', 'uts'])('shares no %s namespace with the machine', (kind) => expect(words).toContain(`--unshare-${kind}`));
  test('gives no rights, no terminal and no variables of the machine', () => {
    expect(has('--cap-drop', 'ALL')).toBe(true);
    expect(words).toContain('--new-session');
    expect(words.indexOf('--clearenv')).toBeLessThan(words.indexOf('--setenv'));
    expect(has('--setenv', 'KEY', 'value')).toBe(true);
    expect(words).toContain('--clearenv');
  });
  test('ends with the program that started it', () => expect(words).toContain('--die-with-parent'));
  test('lets inputs, /etc and /dev be read and not written', () => {
    expect(has('--ro-bind', '/host/input', '/nix/store/input')).toBe(true);
    expect(has('--ro-bind', '/host/etc/passwd', '/etc/passwd')).toBe(true);
    expect(has('--remount-ro', '/dev')).toBe(true);
    // All that a builder may write is its own store directory.
    expect(words.flatMap((word, at) => (word === '--bind' ? [words[at + 1]] : []))).toEqual(['/host/store']);
  });
});
