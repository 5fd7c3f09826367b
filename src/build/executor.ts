/** An executor runs resolved derivations. Zilch's own sandbox is one, real Nix another. */
import type { Derivation, DrvPath, StorePath } from '../formats/index.js';
import type { Failure, Result } from '../result.js';
import type { NewPath } from '../store/index.js';
import type { Usage } from './event.js';

export interface ExecutorRequest {
  /** Without input derivations. */
  readonly drv: Derivation;
  readonly drvPath: DrvPath;
  /** All store paths that the builder may see: the closure of `drv.inputSrcs`, all valid. */
  readonly inputs: readonly StorePath[];
  /** A hint for the builder: the number of processors to use. */
  readonly cores: number;
  /** The largest build directory in memory, in bytes; 0 for one on disk. */
  readonly buildMemory: number;
  /** Keep the build directory of a failed build. */
  readonly keepFailed: boolean;
  /** Stops the build, which then fails with `E_CANCELLED`. */
  readonly signal: AbortSignal;
  /** Called with the builder's standard output and error. */
  readonly onOutput: (bytes: Buffer) => void;
}

/** A successful build, before it is registered. */
export interface Executed {
  /** Trees on the store's file system, with the facts to register; see `Store.addPaths`. */
  readonly outputs: ReadonlyMap<string, NewPath>;
  readonly usage: Usage;
  /** Deletes the rest of the work directory, including outputs that were not moved away. */
  readonly release: () => Promise<void>;
}

export interface ExecutorFailure extends Failure {
  /** Where the build's tree was kept. */
  readonly keptDir?: string | undefined;
  /** Whether a build directory in memory was too small. On disk the build may succeed. */
  readonly buildMemoryWasFull?: boolean | undefined;
}

export interface Executor {
  /** Called once before the first build of a run. Fails if no build can succeed. */
  readonly prepare: () => Promise<Result<void>>;
  readonly build: (request: ExecutorRequest) => Promise<Result<Executed, ExecutorFailure>>;
}
