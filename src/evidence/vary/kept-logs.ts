/**
 * Logs of builds that failed while something was varied. The next build of the same derivation writes a new log in the place of the old
 * one, so these are kept under names of their own: `<root>/nix/var/zilch/vary/<derivation>/<what was varied>.log`.
 */
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256, storePathBaseName, type DrvPath } from '../../formats/index.js';
import { attempt, type Store } from '../../store/index.js';

/** A file name has at most 255 bytes. */
const LONGEST_NAME = 150;

/** Keeps a log, which must be complete. Returns its new path; `undefined` if it could not be kept. */
export function keepLog(log: string, { layout }: Store, drvPath: DrvPath, varied: readonly string[]): string | undefined {
  const kept = join(layout.zilchDir, 'vary', storePathBaseName(drvPath).replace(/\.drv$/, ''), `${fileNameOf(varied)}.log`);
  const linked = attempt('keep the log', kept, () => {
    mkdirSync(dirname(kept), { recursive: true });
    rmSync(kept, { force: true });
    // The next log replaces the file and does not write into it.
    linkSync(log, kept);
  });
  return linked.ok ? kept : undefined;
}

function fileNameOf(varied: readonly string[]): string {
  const name = varied.length === 0 ? 'nothing-changed' : varied.join(' ').replace(/[^A-Za-z0-9.]+/g, '-');
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}-${sha256(name).slice(0, 8)}`;
}
