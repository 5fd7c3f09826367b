/**
 * Turns a builder's outputs at scratch paths into content-addressed store paths. Source: Nix's `registerOutputs`.
 */
import { lstatSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import {
  makeContentPath,
  outputPathName,
  sha256Hash,
  storePathHash,
  STORE_DIR,
  type Derivation,
  type DrvPath,
  type Hash,
  type PathInfo,
  type StorePath,
} from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import {
  findSymlink,
  hashTree,
  hashTreeModulo,
  rewriteTree,
  scanTree,
  type NarDigest,
  type NewPath,
  type Store,
  type TreeScan,
} from '../store/index.js';

export interface BuiltTrees {
  readonly store: Store;
  /** The resolved derivation. */
  readonly drv: Derivation;
  readonly drvPath: DrvPath;
  /** The scratch path of each output. */
  readonly scratch: ReadonlyMap<string, StorePath>;
  /** Where a scratch path is on the host. */
  readonly hostPath: (path: StorePath) => string;
  /** The paths that an output can refer to: the closure of the inputs. */
  readonly inputs: readonly StorePath[];
  /** Stops the work, which then fails with `E_CANCELLED`. */
  readonly signal?: AbortSignal | undefined;
}

interface ScannedOutput extends TreeScan {
  readonly outputName: string;
  readonly scratch: StorePath;
  readonly hostPath: string;
}

/**
 * Makes the outputs canonical, gives each the path of its content and rewrites it to contain that path. The trees stay
 * where they are. Each output comes after those it refers to, because their final paths are part of its content. So
 * outputs must not refer to each other in a cycle (`E_OUTPUT_CYCLE`).
 */
export async function finishOutputs(built: BuiltTrees): Promise<Result<ReadonlyMap<string, NewPath>>> {
  const scans = new Map<string, ScannedOutput>();
  const candidates = [...built.inputs, ...built.scratch.values()];
  for (const [outputName, scratch] of built.scratch) {
    const hostPath = built.hostPath(scratch);
    const sound = await checkTree(built, outputName, scratch, hostPath);
    if (!sound.ok) return sound;
    const scan = await scanTree(hostPath, candidates, built.signal);
    if (!scan.ok) return scan;
    scans.set(outputName, { ...scan.value, outputName, scratch, hostPath });
  }
  const sorted = sortOutputs(built.drv, scans);
  if (!sorted.ok) return sorted;
  const finished = new Map<string, NewPath>();
  const finalPaths = new Map<StorePath, StorePath>();
  for (const scan of sorted.value) {
    const path = await finishOutput(built, scan, finalPaths);
    if (!path.ok) return path;
    finished.set(scan.outputName, path.value);
    finalPaths.set(scan.scratch, path.value.info.path);
  }
  return ok(finished);
}

async function finishOutput(built: BuiltTrees, scan: ScannedOutput, finalPaths: ReadonlyMap<StorePath, StorePath>): Promise<Result<NewPath>> {
  const self = scan.references.includes(scan.scratch);
  const siblings = scan.references.flatMap((path) => {
    const final = finalPaths.get(path);
    return final === undefined ? [] : [[path, final] as const];
  });
  const others = scan.references.filter((path) => path !== scan.scratch).map((path) => finalPaths.get(path) ?? path);
  const rewrites = new Map(siblings.map(([from, to]) => [storePathHash(from), storePathHash(to)]));
  // Do this before hashing, because a NAR is sorted by name, and names may change.
  const introduced = await rewriteTree(scan.hostPath, rewrites, built.signal);
  if (!introduced.ok) return introduced;
  // An output that refers to nothing that changes is already hashed.
  const unchanged = !self && rewrites.size === 0;
  const modulo = unchanged ? ok<Hash>(sha256Hash(scan.narHash)) : await hashTreeModulo(scan.hostPath, scan.scratch, built.signal);
  if (!modulo.ok) return modulo;
  const path = makeContentPath(outputPathName(built.drv.name, scan.outputName), 'recursive', modulo.value, { others, self });
  let digest: NarDigest = scan;
  if (!unchanged) {
    const rewritten = await rewriteTree(scan.hostPath, new Map(self ? [[storePathHash(scan.scratch), storePathHash(path)]] : []), built.signal);
    if (!rewritten.ok) return rewritten;
    const hashed = await hashTree(scan.hostPath, built.signal);
    if (!hashed.ok) return hashed;
    digest = hashed.value;
  }
  const info: PathInfo = {
    path,
    narHash: digest.narHash,
    narSize: digest.narSize,
    references: [...others, ...(self ? [path] : [])].sort(),
    deriver: built.drvPath,
    contentAddress: { method: 'recursive', hash: modulo.value },
    signatures: [],
    ultimate: true,
  };
  return ok({ hostPath: scan.hostPath, info });
}

/** Sorts outputs: each comes after those it refers to. */
function sortOutputs(drv: Derivation, scans: ReadonlyMap<string, ScannedOutput>): Result<readonly ScannedOutput[]> {
  const byScratch = new Map([...scans.values()].map((scan) => [scan.scratch, scan]));
  const sorted: ScannedOutput[] = [];
  const visit = (scan: ScannedOutput, trail: readonly ScannedOutput[]): Result<void> => {
    if (sorted.includes(scan)) return ok(undefined);
    if (trail.includes(scan)) {
      const circle = [...trail.slice(trail.indexOf(scan)), scan].map((output) => output.outputName).join(' -> ');
      return fail(
        'E_OUTPUT_CYCLE',
        `outputs of ${drv.name} refer to each other in a cycle: ${circle}`,
        'move what one needs of the other into one output',
      );
    }
    for (const reference of scan.references) {
      const sibling = byScratch.get(reference);
      if (sibling === undefined || sibling === scan) continue;
      const visited = visit(sibling, [...trail, scan]);
      if (!visited.ok) return visited;
    }
    sorted.push(scan);
    return ok(undefined);
  };
  for (const scan of scans.values()) {
    const visited = visit(scan, []);
    if (!visited.ok) return visited;
  }
  return ok(sorted);
}

async function checkTree({ store, drv, signal }: BuiltTrees, outputName: string, scratch: StorePath, hostPath: string): Promise<Result<void>> {
  const stat = lstatSync(hostPath, { throwIfNoEntry: false });
  if (stat === undefined) {
    return fail(
      'E_OUTPUT_MISSING',
      `the builder of ${drv.name} succeeded but did not make output "${outputName}"`,
      `it must make $${outputName}, ${scratch}`,
    );
  }
  if (isWritableByOthers(stat)) {
    return fail(
      'E_OUTPUT_MODE',
      `output "${outputName}" of ${drv.name} can be written by group or others`,
      'Nix refuses it, too; run chmod go-w on it in the build',
    );
  }
  const canonical = await store.canonicalise(hostPath, signal);
  if (!canonical.ok) {
    return fail(
      canonical.failure.code,
      canonical.failure.message.replace(hostPath, `$${outputName}`),
      canonical.failure.hint,
      canonical.failure.cause,
    );
  }
  const searched = await findSymlink(hostPath, leadsOut, signal);
  if (!searched.ok) return searched;
  const stray = searched.value;
  if (stray === undefined) return ok(undefined);
  const where = stray.path.replace(hostPath, `$${outputName}`);
  return fail(
    'E_OUTPUT_SYMLINK',
    `${where} of ${drv.name} is a symlink out of the store, to ${stray.target}`,
    'make it relative, or a symlink to a store path',
  );
}

function isWritableByOthers(stat: Stats): boolean {
  return !stat.isSymbolicLink() && (stat.mode & 0o022) !== 0;
}

/** Whether an absolute symlink leads out of the store. Its target would differ between machines. */
function leadsOut(target: string): boolean {
  return target.startsWith('/') && !posix.normalize(target).startsWith(`${STORE_DIR}/`);
}
