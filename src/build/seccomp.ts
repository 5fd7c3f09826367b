/**
 * The system calls that builders have, as a BPF program. Source: seccomp(2), <linux/filter.h>, <linux/audit.h>, the
 * kernel's `syscall_64.tbl` and `syscall_32.tbl`; Nix's `setupSeccomp`, which has the rules about modes and attributes.
 *
 * Builders have all calls that existed when this was written, except those named here. Calls of later kernels or other
 * ABIs are answered as if the kernel did not have them. So are calls that escape a sandbox or leave in outputs what no
 * archive can hold: keyrings belong to the user outside, io_uring works past this program, ioctl can type into a
 * terminal.
 */

const RET_ALLOW = 0x7fff0000;
const RET_KILL = 0x80000000;
const retErrno = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
const ENOTTY = 25;
const ENOSYS = 38;
const ENOTSUP = 95;
const EAFNOSUPPORT = 97;
const SETUID_BITS = 0o6000;

/**
 * BPF instruction codes: load a word at an offset, jump if equal, jump if greater or equal, jump if any bit is set,
 * jump, return.
 */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_BITS = 0x45;
const JUMP = 0x05;
const RETURN = 0x06;

/**
 * Offsets in `struct seccomp_data`; an argument's low half comes first. The kernel uses no more than that of the
 * arguments named here.
 */
const OFFSET_NR = 0;
const OFFSET_ARCH = 4;
const argumentOffset = (index: number): number => 16 + 8 * index;

/** `mseal`, of Linux 6.10; the numbers are the same on all architectures. */
const LAST_CALL = 462;

/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: the families that are useful without other machines. AF_VSOCK ignores network
 * namespaces.
 */
const SOCKET_FAMILIES = [1, 2, 10, 16];

/**
 * TIOCSTI and TIOCLINUX type into the terminal that a shell in a sandbox has from its user, and TIOCSETD can do so
 * indirectly. The others set flags of files, encrypt directories, and seal files: FS_IOC_SETFLAGS, the same for 32
 * bits, FS_IOC_FSSETXATTR, FS_IOC_SET_ENCRYPTION_POLICY, FS_IOC_ENABLE_VERITY.
 */
const IOCTLS = [0x5412, 0x541c, 0x5423, 0x40086602, 0x40046602, 0x401c5820, 0x800c6613, 0x40806685];

/** io_uring_setup, io_uring_enter, io_uring_register. */
const IO_URING = [425, 426, 427];

interface Abi {
  /** `AUDIT_ARCH_…`. */
  readonly arch: number;
  /** Numbers from the first up to the second, exclusive, that are not in use. */
  readonly gap: readonly [from: number, to: number];
  /** Calls that set a mode: number, and the index of the mode's argument. */
  readonly chmods: readonly (readonly [nr: number, modeArgument: number])[];
  /** setxattr, lsetxattr, fsetxattr; `setxattrat` is later than the last call. */
  readonly setxattrs: readonly number[];
  /** add_key, request_key, keyctl. */
  readonly keys: readonly number[];
  /** socket, socketpair: their first argument is the family. */
  readonly sockets: readonly number[];
  /** Calls that need rights which no builder has. */
  readonly privileged: readonly number[];
  /** Calls that have variants whose arguments can be checked. */
  readonly doors: readonly number[];
  readonly ioctl: number;
}

const ABIS: readonly Abi[] = [
  {
    arch: 0xc000003e,
    gap: [337, 424],
    chmods: [[90, 1], [91, 1], [268, 2], [452, 2]], // prettier-ignore
    setxattrs: [188, 189, 190],
    keys: [248, 249, 250],
    sockets: [41, 53],
    // syslog, iopl, ioperm, init_module, delete_module, kexec_load, perf_event_open, open_by_handle_at, finit_module,
    // kexec_file_load, bpf
    privileged: [103, 172, 173, 175, 176, 246, 298, 304, 313, 320, 321],
    doors: [],
    ioctl: 16,
  },
  {
    arch: 0x40000003,
    gap: [387, 393],
    chmods: [[15, 1], [94, 1], [306, 2], [452, 2]], // prettier-ignore
    setxattrs: [226, 227, 228],
    keys: [286, 287, 288],
    sockets: [359, 360],
    // ioperm, syslog, iopl, init_module, delete_module, kexec_load, perf_event_open, open_by_handle_at, finit_module,
    // bpf
    privileged: [101, 103, 110, 128, 129, 283, 336, 342, 350, 357],
    // socketcall has the family in memory.
    doors: [102],
    ioctl: 54,
  },
];

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

/** The program in the format of bwrap's `--seccomp`: an array of `struct sock_filter` for x86. */
export function seccompFilter(): Buffer {
  const program: Instruction[] = [[LOAD, 0, 0, OFFSET_ARCH]];
  for (const abi of ABIS) {
    const body = abiBody(abi);
    // The body is farther away than a conditional jump can reach.
    program.push([JUMP_EQUAL, 1, 0, abi.arch], [JUMP, 0, 0, body.length], ...body);
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

/** Each test is skipped as a whole for other numbers, so the number stays loaded. */
function abiBody(abi: Abi): Instruction[] {
  const [gapFrom, gapTo] = abi.gap;
  return [
    [LOAD, 0, 0, OFFSET_NR],
    // These include the calls of x32, whose numbers have bit 30.
    [JUMP_AT_LEAST, 0, 1, LAST_CALL + 1],
    [RETURN, 0, 0, retErrno(ENOSYS)],
    [JUMP_AT_LEAST, 0, 2, gapFrom],
    [JUMP_AT_LEAST, 1, 0, gapTo],
    [RETURN, 0, 0, retErrno(ENOSYS)],
    ...[...IO_URING, ...abi.keys, ...abi.doors].flatMap((nr) => refuse(nr, ENOSYS)),
    ...abi.privileged.flatMap((nr) => refuse(nr, EPERM)),
    ...abi.setxattrs.flatMap((nr) => refuse(nr, ENOTSUP)),
    ...abi.chmods.flatMap(([nr, modeArgument]) =>
      whenCalled(nr, [
        [LOAD, 0, 0, argumentOffset(modeArgument)],
        [JUMP_BITS, 0, 1, SETUID_BITS],
        [RETURN, 0, 0, retErrno(EPERM)],
        [RETURN, 0, 0, RET_ALLOW],
      ]),
    ),
    ...abi.sockets.flatMap((nr) => whenCalled(nr, oneOf(0, SOCKET_FAMILIES, RET_ALLOW, retErrno(EAFNOSUPPORT)))),
    ...whenCalled(abi.ioctl, oneOf(1, IOCTLS, retErrno(ENOTTY), RET_ALLOW)),
    [RETURN, 0, 0, RET_ALLOW],
  ];
}

function whenCalled(nr: number, body: readonly Instruction[]): Instruction[] {
  return [[JUMP_EQUAL, 0, body.length, nr], ...body];
}

function refuse(nr: number, errno: number): Instruction[] {
  return whenCalled(nr, [[RETURN, 0, 0, retErrno(errno)]]);
}

/** Decides by whether an argument is one of these values. */
function oneOf(argument: number, values: readonly number[], yes: number, no: number): Instruction[] {
  return [
    [LOAD, 0, 0, argumentOffset(argument)],
    ...values.map((value, index): Instruction => [JUMP_EQUAL, values.length - index, 0, value]),
    [RETURN, 0, 0, no],
    [RETURN, 0, 0, yes],
  ];
}
