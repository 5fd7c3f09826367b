/**
 * What a store path's files may look like besides their contents: Nix keeps nothing that its archive format cannot say,
 * so that equal hashes mean equal trees. Source: `canonicalisePathMetaData` in Nix's `local-store.cc`.
 */
import { chmodSync, lchownSync, lstatSync, lutimesSync, readdirSync, type Stats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, fail, ok, type Result } from '../result.js';
import { ioFailure } from './io-failure.js';
import { joinBytes } from './remove-tree.js';

/** Seconds since 1970; not 0, which some programs take for "no time". */
const STORE_MTIME = 1;

/** After so many entries the event loop gets a turn; a large tree takes seconds. */
const ENTRIES_A_TURN = 2000;

/**
 * Gives a tree the metadata of a store path: time 1, modes 0444 and 0555, owned by this user. Fails with `E_FILE_TYPE`,
 * naming the file, on anything but files, directories and symlinks. Extended attributes are not looked at: Node has no
 * calls for them, so builds are kept from making them (the sandbox) and copies into the store do not copy them.
 */
export async function canonicalise(hostPath: string | Buffer): Promise<Result<void>> {
  const pending: Buffer[] = [Buffer.from(hostPath)];
  for (let count = 1; ; count++) {
    const path = pending.pop();
    if (path === undefined) return ok(undefined);
    try {
      const stat = lstatSync(path);
      const problem = typeProblem(stat);
      if (problem !== undefined) {
        return fail('E_FILE_TYPE', `${path.toString()} is ${problem}`, 'a store path holds files, directories and symlinks only: leave it out of the output');
      }
      canonicaliseEntry(path, stat);
      if (stat.isDirectory()) for (const name of readdirSync(path, { encoding: 'buffer' })) pending.push(joinBytes(path, name));
    } catch (error) {
      return err(ioFailure('set the metadata of', path, error));
    }
    if (count % ENTRIES_A_TURN === 0) await nextTurn();
  }
}

function canonicaliseEntry(path: Buffer, stat: Stats): void {
  const uid = process.geteuid?.() ?? stat.uid;
  const gid = process.getegid?.() ?? stat.gid;
  // Changing the owner clears setuid bits, so it comes before the mode.
  if (stat.uid !== uid || stat.gid !== gid) lchownSync(path, uid, gid);
  if (!stat.isSymbolicLink()) {
    const wanted = stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o555 : 0o444;
    if ((stat.mode & 0o7777) !== wanted) chmodSync(path, wanted);
  }
  if (stat.mtimeMs !== STORE_MTIME * 1000) lutimesSync(path, stat.atime, STORE_MTIME);
}

function typeProblem(stat: Stats): string | undefined {
  if (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()) return undefined;
  if (stat.isSocket()) return 'a socket';
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isCharacterDevice()) return 'a character device';
  if (stat.isBlockDevice()) return 'a block device';
  return `of the unknown type ${(stat.mode & 0o170000).toString(8)}`;
}
