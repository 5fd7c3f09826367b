import { describe, expect, test } from 'vitest';
import { seccompFilter } from './seccomp.js';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const ALLOWED = 0x7fff0000;
const KILLED = 0x80000000;
const EPERM = 1;
const ENOTTY = 25;
const ENOSYS = 38;
const ENOTSUP = 95;
const EAFNOSUPPORT = 97;

/** What the kernel does with the program, after its own description in bpf(4), for the instructions that the program has. */
function decide(arch: number, nr: number, args: readonly number[] = []): number {
  const program = seccompFilter();
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  args.forEach((value, index) => data.writeUInt32LE(value, 16 + 8 * index));
  let loaded = 0;
  for (let at = 0; ; at++) {
    const [code, yes, no, k] = [program.readUInt16LE(at * 8), program[at * 8 + 2]!, program[at * 8 + 3]!, program.readUInt32LE(at * 8 + 4)];
    switch (code) {
      case 0x20:
        loaded = data.readUInt32LE(k);
        break;
      case 0x15:
        at += loaded === k ? yes : no;
        break;
      case 0x35:
        at += loaded >= k ? yes : no;
        break;
      case 0x45:
        at += (loaded & k) !== 0 ? yes : no;
        break;
      case 0x05:
        at += k;
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`no such instruction: ${code}`);
    }
  }
}
const refused = (errno: number): number => 0x00050000 | errno;

describe('the filter of system calls', () => {
  test('lets usual calls through', () => {
    for (const nr of [0, 1, 2, 59, 257, 435]) expect(decide(X86_64, nr)).toBe(ALLOWED);
    for (const nr of [1, 3, 4, 5, 11]) expect(decide(I386, nr)).toBe(ALLOWED);
  });

  // chmod, fchmod, fchmodat, fchmodat2: number, and where the mode is.
  const chmods: readonly (readonly [number, number, number])[] = [
    [X86_64, 90, 1],
    [X86_64, 91, 1],
    [X86_64, 268, 2],
    [X86_64, 452, 2],
    [I386, 15, 1],
    [I386, 94, 1],
    [I386, 306, 2],
    [I386, 452, 2],
  ];
  test.each(chmods)('of %i refuses call %i to set setuid and setgid, and nothing else', (arch, nr, index) => {
    const mode = (value: number): number[] => Array.from({ length: index + 1 }, (_, at) => (at === index ? value : 0));
    for (const value of [0o4755, 0o2755, 0o6000]) expect(decide(arch, nr, mode(value))).toBe(refused(EPERM));
    for (const value of [0o755, 0o1777, 0]) expect(decide(arch, nr, mode(value))).toBe(ALLOWED);
  });

  test('has no attributes of files, no keyrings, no io_uring', () => {
    for (const nr of [188, 189, 190]) expect(decide(X86_64, nr)).toBe(refused(ENOTSUP));
    for (const nr of [226, 227, 228]) expect(decide(I386, nr)).toBe(refused(ENOTSUP));
    for (const nr of [248, 249, 250, 425, 426, 427]) expect(decide(X86_64, nr)).toBe(refused(ENOSYS));
    for (const nr of [286, 287, 288, 425, 426, 427, 102]) expect(decide(I386, nr)).toBe(refused(ENOSYS));
  });

  test('has no sockets but those of a machine by itself, and types into no terminal', () => {
    for (const family of [1, 2, 10, 16]) expect(decide(X86_64, 41, [family])).toBe(ALLOWED);
    for (const family of [0, 17, 40]) expect(decide(X86_64, 41, [family])).toBe(refused(EAFNOSUPPORT));
    expect(decide(X86_64, 16, [0, 0x5412])).toBe(refused(ENOTTY));
    expect(decide(X86_64, 16, [0, 0x5401])).toBe(ALLOWED);
  });

  test('has no call that came later, nor one of x32, nor of another machine', () => {
    for (const nr of [463, 0x40000000, 400]) expect(decide(X86_64, nr)).toBe(refused(ENOSYS));
    expect(decide(0xc00000b7, 0)).toBe(KILLED);
  });
});
