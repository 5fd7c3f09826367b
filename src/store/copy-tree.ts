import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, fail, ok, type Result } from '../result.js';
import { ioFailure } from './io-failure.js';
import { joinBytes } from './remove-tree.js';

/** After so many entries the event loop gets a turn. */
const ENTRIES_A_TURN = 500;

/**
 * Copies a tree to where nothing is: bytes, names, symlinks and who may execute, nothing else. Shares disk blocks where
 * the file system can. `only` takes just these of the top directory's entries, each of which must be there. Fails with
 * `E_FILE_TYPE` on what a store path cannot hold; what was copied until then is left.
 */
export async function copyTree(from: string | Buffer, to: string | Buffer, only?: readonly string[]): Promise<Result<void>> {
  const pending: { from: Buffer; to: Buffer; names?: readonly Buffer[] | undefined }[] = [
    { from: Buffer.from(from), to: Buffer.from(to), names: only?.map((name) => Buffer.from(name)) },
  ];
  for (let count = 1; ; count++) {
    const next = pending.pop();
    if (next === undefined) return ok(undefined);
    try {
      const stat = lstatSync(next.from);
      if (stat.isDirectory()) {
        mkdirSync(next.to, { mode: 0o700 });
        const names = next.names ?? readdirSync(next.from, { encoding: 'buffer' });
        for (const name of names) pending.push({ from: joinBytes(next.from, name), to: joinBytes(next.to, name) });
      } else if (stat.isSymbolicLink()) {
        symlinkSync(readlinkSync(next.from, { encoding: 'buffer' }), next.to);
      } else if (stat.isFile()) {
        copyFileSync(next.from, next.to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
        chmodSync(next.to, (stat.mode & 0o100) === 0 ? 0o600 : 0o700);
      } else {
        return fail('E_FILE_TYPE', `${next.from.toString()} is not a file, a directory or a symlink`, 'a store path cannot hold sockets, pipes or devices: leave it out');
      }
    } catch (error) {
      return err(ioFailure('copy', next.from, error));
    }
    if (count % ENTRIES_A_TURN === 0) await nextTurn();
  }
}
