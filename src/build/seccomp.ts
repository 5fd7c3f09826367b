/**
 * The system calls that builders are refused, as a BPF program: making files setuid or setgid, and making extended
 * attributes and access lists, which no archive format of the store can say. The same as Nix's `setupSeccomp`, with
 * `fchmodat2`, which is younger. Source: seccomp(2), <linux/filter.h>, <linux/audit.h>.
 */

const RET_ALLOW = 0x7fff0000;
const RET_KILL = 0x80000000;
const retErrno = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
const ENOTSUP = 95;
const SETUID_BITS = 0o6000;

/** BPF instruction codes: load a word at an offset, jump if equal, jump if any bit is set, and, return. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_BITS = 0x45;
const AND = 0x54;
const RETURN = 0x06;

/** Offsets in `struct seccomp_data`; an argument's low half comes first. */
const OFFSET_NR = 0;
const OFFSET_ARCH = 4;
const argumentOffset = (index: number): number => 16 + 8 * index;

interface Abi {
  /** `AUDIT_ARCH_…`. */
  readonly arch: number;
  /** Calls that set a mode: number, and which argument the mode is. */
  readonly chmods: readonly (readonly [nr: number, modeArgument: number])[];
  readonly setxattrs: readonly number[];
}

const ABIS: readonly Abi[] = [
  // x86_64, and x32, whose numbers for these calls are the same with bit 30 set.
  { arch: 0xc000003e, chmods: [[90, 1], [91, 1], [268, 2], [452, 2]], setxattrs: [188, 189, 190] }, // prettier-ignore
  { arch: 0x40000003, chmods: [[15, 1], [94, 1], [306, 2], [452, 2]], setxattrs: [226, 227, 228] }, // prettier-ignore
];

const X32_BIT = 0x40000000;

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

/** The program, as bwrap's `--seccomp` reads it: an array of `struct sock_filter` for x86. */
export function seccompFilter(): Buffer {
  const program: Instruction[] = [[LOAD, 0, 0, OFFSET_ARCH]];
  for (const abi of ABIS) {
    const body = abiBody(abi);
    program.push([JUMP_EQUAL, 0, body.length, abi.arch], ...body);
  }
  program.push([RETURN, 0, 0, RET_KILL]);
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, jumpTrue, jumpFalse, k], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  });
  return bytes;
}

/** Each test is skipped as a whole when the number is another, so the number stays loaded. */
function abiBody({ chmods, setxattrs }: Abi): Instruction[] {
  return [
    [LOAD, 0, 0, OFFSET_NR],
    [AND, 0, 0, ~X32_BIT >>> 0],
    ...chmods.flatMap(([nr, modeArgument]): Instruction[] => [
      [JUMP_EQUAL, 0, 4, nr],
      [LOAD, 0, 0, argumentOffset(modeArgument)],
      [JUMP_BITS, 0, 1, SETUID_BITS],
      [RETURN, 0, 0, retErrno(EPERM)],
      [RETURN, 0, 0, RET_ALLOW],
    ]),
    ...setxattrs.flatMap((nr): Instruction[] => [
      [JUMP_EQUAL, 0, 1, nr],
      [RETURN, 0, 0, retErrno(ENOTSUP)],
    ]),
    [RETURN, 0, 0, RET_ALLOW],
  ];
}
