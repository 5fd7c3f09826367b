/** What a file in the store really is: `zilch trust FILE` reads its bytes before it says where they come from. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOutputName, parseStorePathBaseName } from '../formats/index.js';
import type { ChainReport } from '../report/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt, hashTree } from '../store/index.js';
import type { PinComparison } from '../verify/index.js';
import type { Session } from '../workspace/index.js';

export interface LookedAt {
  /** The store path it belongs to. */
  readonly path: string;
  /** `<target>^<output>`, or the name of what is no output. */
  readonly output: string;
  /** Below the store path; empty for the path itself. */
  readonly relative: string;
  readonly kind: 'a file' | 'a folder' | 'a symbolic link';
  /** Of files. */
  readonly sha256: string | undefined;
  /** Of files, in bytes. */
  readonly size: number | undefined;
  /** True when the whole store path, read now, has the hash it was registered with. */
  readonly isRegistered: boolean;
  readonly pinned: PinComparison;
}

/**
 * Reads a file below a store path, which may be named by where it lies or by its logical path, and the store path around it. Fails
 * with `E_NOT_FOUND` where nothing lies there.
 */
export async function lookAt(what: string, { store }: Session, report: ChainReport): Promise<Result<LookedAt>> {
  const [, baseName = '', relative = ''] = /(?:^|\/)nix\/store\/([^/]+)\/*(.*)$/s.exec(what) ?? [];
  const path = parseStorePathBaseName(baseName);
  if (!path.ok) return path;
  const info = store.pathInfo(path.value);
  if (info === undefined) return fail('E_NOT_VALID', `${path.value} is not in ${store.root}`, 'name the store it is in with --store');
  const root = store.hostPath(path.value);
  if (relative.split('/').includes('..')) return fail('E_USAGE', `${what} leads out of its store path`, 'name the file without ".."');
  const facts = attempt('read', join(root, relative), () => factsOf(join(root, relative)));
  if (!facts.ok) return facts;
  const hashed = await hashTree(root);
  if (!hashed.ok) return hashed;
  const made = report.recipes.flatMap(({ id, outputs }) =>
    outputs.flatMap(({ name, built }) => (built?.path === path.value ? [{ output: formatOutputName(id, name), pinned: built.pinned }] : [])),
  )[0];
  return ok({
    path: path.value,
    ...(made ?? { output: baseName, pinned: 'new' }),
    relative,
    ...facts.value,
    isRegistered: hashed.value.narHash === info.narHash && hashed.value.narSize === info.narSize,
  });
}

function factsOf(file: string): Pick<LookedAt, 'kind' | 'sha256' | 'size'> {
  const status = lstatSync(file);
  if (status.isDirectory()) return { kind: 'a folder', sha256: undefined, size: undefined };
  if (status.isSymbolicLink()) return { kind: 'a symbolic link', sha256: undefined, size: undefined };
  return { kind: 'a file', sha256: createHash('sha256').update(readFileSync(file)).digest('hex'), size: status.size };
}
