/** Compares the files in the store with its database. */
import { lstatSync } from 'node:fs';
import type { PathInfo, StorePath } from '../formats/index.js';
import { fail, ok, type Failure, type Result } from '../result.js';
import type { Store } from './store.js';
import { findExtras, hashTree } from './tree/index.js';

export interface VerifyOptions {
  /** Read everything and compare hashes; otherwise only check whether each path exists. */
  readonly contents?: boolean | undefined;
  /** Only these paths, which must be valid; all by default. */
  readonly paths?: readonly StorePath[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each path. */
  readonly onChecked?: ((path: StorePath, checked: number, total: number) => void) | undefined;
}

/** A valid path that differs from what was registered. */
export interface Defect {
  readonly path: StorePath;
  /**
   * `E_PATH_MISSING`, `E_PATH_ALTERED`, `E_PATH_METADATA`, which `Store.clean` repairs, or why it could not be read.
   */
  readonly failure: Failure;
}

export interface VerifyReport {
  readonly checkedCount: number;
  /** NAR bytes read. */
  readonly checkedBytes: number;
  readonly defects: readonly Defect[];
  /** Set if all paths were checked: unregistered names in the store's directory that no process is working on. */
  readonly leftovers: readonly string[];
}

const REPAIR_HINT = 'delete it and everything that refers to it with --repair; the next build makes them again';

const CLEAN_HINT = 'remove it with --repair, and find out what made it';

/**
 * Checks valid paths one after the other. Defects are in the report and no failures. Fails with `E_NOT_VALID` and
 * `E_CANCELLED`.
 */
export async function verifyStore(store: Store, { contents = false, paths, signal, onChecked }: VerifyOptions): Promise<Result<VerifyReport>> {
  const wanted = paths ?? store.allPaths();
  const defects: Defect[] = [];
  let checkedBytes = 0;
  for (const [index, path] of wanted.entries()) {
    if (signal?.aborted === true) return fail('E_CANCELLED', `stopped after ${index} of ${wanted.length} paths`);
    const info = store.pathInfo(path);
    if (info === undefined) {
      // Collected since the list was made.
      if (paths === undefined) continue;
      return fail('E_NOT_VALID', `${path} is not a valid path of the store at ${store.root}`);
    }
    const failure = await defectOf(store, info, contents);
    if (failure !== undefined && store.isValid(path)) defects.push({ path, failure });
    else if (contents) checkedBytes += info.narSize;
    onChecked?.(path, index + 1, wanted.length);
  }
  if (paths !== undefined) return ok({ checkedCount: wanted.length, checkedBytes, defects, leftovers: [] });
  const collection = await store.gc({ dryRun: true });
  return collection.ok ? ok({ checkedCount: wanted.length, checkedBytes, defects, leftovers: collection.value.leftovers }) : collection;
}

async function defectOf(store: Store, info: PathInfo, contents: boolean): Promise<Failure | undefined> {
  const hostPath = store.hostPath(info.path);
  if (lstatSync(hostPath, { throwIfNoEntry: false }) === undefined) {
    return { code: 'E_PATH_MISSING', message: `${info.path} is registered, but ${hostPath} is not there`, hint: REPAIR_HINT };
  }
  if (!contents) return undefined;
  const digest = await hashTree(hostPath);
  if (!digest.ok) return { ...digest.failure, message: `${info.path}: ${digest.failure.message}`, hint: REPAIR_HINT };
  if (digest.value.narHash === info.narHash) {
    const extra = await findExtras(hostPath);
    if (!extra.ok) return { ...extra.failure, message: `${info.path}: ${extra.failure.message}`, hint: REPAIR_HINT };
    if (extra.value === undefined) return undefined;
    return { code: 'E_PATH_METADATA', message: `${info.path} has metadata that its hash does not cover: ${extra.value}`, hint: CLEAN_HINT };
  }
  const message = `${info.path} was altered on disk: its NAR hash is sha256:${digest.value.narHash}, registered is sha256:${info.narHash}`;
  return { code: 'E_PATH_ALTERED', message, hint: REPAIR_HINT };
}
