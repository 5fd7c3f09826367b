/** A kit on a disk: a kernel mounts the disk as its root, so what was built is still there after the power was cut. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, cpSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../result.js';
import { attempt, hashEntries } from '../store/index.js';

/** What a machine gets of a kit. */
export interface KitFiles {
  readonly folder: string;
  /** What of it belongs to the kit. */
  readonly names: readonly string[];
  /** More programs, for the top. */
  readonly programs: ReadonlyMap<string, Buffer>;
  /** Empty folders, for the top. */
  readonly folders: readonly string[];
}

/** Where ext4 has its first block of numbers, its magic number and its UUID. */
const SUPERBLOCK = 1024;
const MAGIC = { at: SUPERBLOCK + 0x38, value: 0xef53 };
const UUID = SUPERBLOCK + 0x68;
/** A disk is empty if it begins with so many zeros: partitions, file systems and images have their marks there. */
const BEGINNING = 1 << 17;

/**
 * Puts a kit onto an empty disk, a file of any size, with an ext4 made by mke2fs. Nothing is done if the disk has this
 * kit, so that the kit goes on there. Fails with E_EXISTS if something else is on the disk, with E_PROGRAM if mke2fs
 * fails, and like the store. `scratch` is a directory for a copy of the kit.
 */
export async function putOnDisk(disk: string, kit: KitFiles, scratch: string): Promise<Result<'new' | 'goes on'>> {
  const identity = await uuidOf(kit);
  if (!identity.ok) return identity;
  const beginning = attempt('read', disk, () => beginningOf(disk));
  if (!beginning.ok) return beginning;
  if (beginning.value.some((byte) => byte !== 0)) {
    if (uuidOn(beginning.value) === identity.value) return ok('goes on');
    return fail('E_EXISTS', `${disk} is not empty, and has not this kit`, 'name an empty file: truncate -s 16G FILE');
  }
  const copy = join(scratch, 'files');
  const copied = attempt('copy the kit to', copy, () => {
    mkdirSync(copy);
    for (const name of kit.names) cpSync(join(kit.folder, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
    for (const name of kit.folders) mkdirSync(join(copy, name));
    for (const [name, program] of kit.programs) writeFileSync(join(copy, name), program, { mode: 0o755 });
  });
  if (!copied.ok) return copied;
  const made = await mke2fs('-q', '-t', 'ext4', '-L', 'zilch-kit', '-U', identity.value, '-d', copy, disk);
  rmSync(copy, { recursive: true });
  return made.ok ? ok('new') : made;
}

/** A UUID for the file system: it tells whether a disk has the same kit, with the same programs. */
async function uuidOf({ folder, names, programs }: KitFiles): Promise<Result<string>> {
  const tree = await hashEntries(folder, names);
  if (!tree.ok) return tree;
  const hash = createHash('sha256').update(tree.value.narHash);
  for (const [name, program] of programs) hash.update(`\n${name} ${String(program.length)}\n`).update(program);
  return ok(withHyphens(hash.digest('hex')));
}

function beginningOf(disk: string): Buffer {
  const file = openSync(disk, 'r');
  try {
    const beginning = Buffer.alloc(BEGINNING);
    readSync(file, beginning);
    return beginning;
  } finally {
    closeSync(file);
  }
}

function uuidOn(beginning: Buffer): string | undefined {
  return beginning.readUInt16LE(MAGIC.at) === MAGIC.value ? withHyphens(beginning.toString('hex', UUID, UUID + 16)) : undefined;
}

function withHyphens(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

async function mke2fs(...args: readonly string[]): Promise<Result<void>> {
  try {
    await promisify(execFile)('mke2fs', args, { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' } });
    return ok(undefined);
  } catch (error) {
    return fail('E_PROGRAM', `mke2fs cannot put the kit onto the disk: ${(error as Error).message.trim()}`, 'apt-get install e2fsprogs');
  }
}
