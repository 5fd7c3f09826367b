/** Damage to bytes, of the kinds that disks, networks and people do. */
import type { Random } from './random.js';

const NUMBERS = [0n, 1n, 7n, 8n, 255n, 256n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n] as const; // prettier-ignore

/** What parsers trip over: separators, brackets, escapes, ends, and what looks like another value of the same kind. */
const WORDS = ['\0', '\n', '\r', '\t', ' ', '"', '\\', '(', ')', '[', ']', '{', '}', ',', ':', ';', '..', '/', '!', 'sha256:', 'r:sha256', '/nix/store/', 'Sig: ', 'é', '\ufeff', '-1', '1e3', '00'] as const; // prettier-ignore

type Damage = (bytes: Buffer, random: Random, others: readonly [Buffer, ...Buffer[]]) => Buffer;

const put = (bytes: Buffer, at: number, what: Uint8Array, insteadOf = 0): Buffer =>
  Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at + insteadOf)]);

const DAMAGES: readonly [Damage, ...Damage[]] = [
  // One bit.
  (bytes, random) => {
    const damaged = Buffer.from(bytes);
    const at = random.below(damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
    return damaged;
  },
  // One byte.
  (bytes, random) => put(bytes, random.below(bytes.length), random.bytes(1), 1),
  // The end is missing, or the beginning.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => bytes.subarray(random.below(bytes.length)),
  // A piece is missing, comes twice, or comes elsewhere.
  (bytes, random) => put(bytes, random.below(bytes.length), Buffer.alloc(0), 1 + random.below(16)),
  (bytes, random) => {
    const from = random.below(bytes.length);
    return put(bytes, from, bytes.subarray(from, from + 1 + random.below(64)));
  },
  (bytes, random) => {
    const from = random.below(bytes.length);
    return put(bytes, random.below(bytes.length), bytes.subarray(from, from + 8 * (1 + random.below(8))), 8 * random.below(8));
  },
  // A line comes twice, or is gone.
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const at = random.below(lines.length);
    lines.splice(at, random.below(2), lines[random.below(lines.length)] ?? '');
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  // Bytes, numbers and words that mean something.
  (bytes, random) => put(bytes, random.below(bytes.length + 1), random.bytes(1 + random.below(8)), random.below(8)),
  (bytes, random) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(random.pick(NUMBERS));
    return put(bytes, 8 * random.below(bytes.length / 8), number, 8);
  },
  (bytes, random) => put(bytes, random.below(bytes.length + 1), Buffer.from(random.pick(WORDS)), random.below(3)),
  // A part of another one of its kind, at the same place or elsewhere.
  (bytes, random, others) => {
    const other = random.pick(others);
    const at = random.below(Math.min(bytes.length, other.length));
    return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
  },
  (bytes, random, others) => {
    const other = random.pick(others);
    const from = random.below(other.length);
    const length = 1 + random.below(128);
    return put(bytes, random.below(bytes.length + 1), other.subarray(from, from + length), random.oneIn(2) ? length : 0);
  },
];

/** Damages bytes once, or in one of three cases several times. `others` are whole ones of the same kind. */
export function damage(bytes: Buffer, random: Random, others: readonly [Buffer, ...Buffer[]]): Buffer {
  let damaged = bytes;
  const times = random.oneIn(3) ? 2 + random.below(4) : 1;
  for (let n = 0; n < times; n++) damaged = random.pick(DAMAGES)(damaged, random, others);
  return damaged;
}
