/**
 * Tar archives that are a function of their entries: one owner, one time, modes of two kinds, in the order given. Format: POSIX pax
 * interchange (IEEE Std 1003.1, pax), of which only `path` and `linkpath` are used, where ustar has no room for a name.
 */

export type TarEntry =
  | { readonly kind: 'directory'; readonly path: Buffer; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: Buffer; readonly target: Buffer }
  /** Its contents are written by the caller, right after the header, then `padding`. */
  | { readonly kind: 'file'; readonly path: Buffer; readonly mode: number; readonly size: number };

const BLOCK = 512;
const NAME_ROOM = 100;

/** Seconds since 1970: what store paths have. */
const TIME = 1;

/** The header of an entry, extended where its names are long. Paths are relative; those of directories get their slash here. */
export function tarHeader(entry: TarEntry): Buffer {
  const path = entry.kind === 'directory' ? Buffer.concat([entry.path, Buffer.from('/')]) : entry.path;
  const target = entry.kind === 'symlink' ? entry.target : Buffer.alloc(0);
  const records = [
    ...(path.length > NAME_ROOM ? [paxRecord('path', path)] : []),
    ...(target.length > NAME_ROOM ? [paxRecord('linkpath', target)] : []),
  ];
  const extended = Buffer.concat(records);
  const size = entry.kind === 'file' ? entry.size : 0;
  const mode = entry.kind === 'symlink' ? 0o777 : entry.mode;
  const own = header({ path: path.subarray(0, NAME_ROOM), target: target.subarray(0, NAME_ROOM), size, mode, type: TYPES[entry.kind] });
  if (extended.length === 0) return own;
  const name = Buffer.from('PaxHeader');
  const before = header({ path: name, target: Buffer.alloc(0), size: extended.length, mode: 0o644, type: 'x' });
  return Buffer.concat([before, extended, tarPadding(extended.length), own]);
}

/** What follows contents of this length. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** What an archive ends with. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

const TYPES = { file: '0', symlink: '2', directory: '5' } as const;

interface HeaderFields {
  readonly path: Buffer;
  readonly target: Buffer;
  readonly size: number;
  readonly mode: number;
  readonly type: string;
}

function header({ path, target, size, mode, type }: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => void block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  path.copy(block, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  // Eleven octal digits are not enough for 8 GiB: then it is a binary number, marked by its first bit.
  if (size < 8 ** 11) octal(size, 124, 12);
  else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(TIME, 136, 12);
  block.write(type, 156, 'latin1');
  target.copy(block, 157);
  block.write('ustar\u000000', 257, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `<length of all> <key>=<value>\n`. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}
