/** Builds in the own sandbox. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { scratchPath, storePathBaseName, type StorePath } from '../formats/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, ioFailure, removeTree, removeTreeSync, type Store } from '../store/index.js';
import { killAbandonedBuilders, takeBuildUser } from './build-users.js';
import { closeOnExec } from './descriptors.js';
import type { Entrant } from './entrance.js';
import { invocation, type Invocation } from './environment.js';
import type { Executed, Executor, ExecutorFailure, ExecutorRequest } from './executor.js';
import { memoryForScratch } from './memory.js';
import { finishOutputs } from './outputs.js';
import { checkSandbox, makeFifos, runInSandbox, type RunResult } from './run.js';
import { sandboxArguments } from './sandbox.js';
import { seccompFilter } from './seccomp.js';
import { isFull } from './usage.js';
import { give, inputGraph, layOut, outputIn, sandboxInputs, storeDirOf, takeOver } from './workplace.js';

/** What the C libraries' `strerror` makes of ENOSPC. */
const NO_SPACE = 'No space left on device';

/** What the builds of one executor share. */
interface Workshop {
  readonly directory: string;
  /** A file with the program of `seccompFilter`. */
  readonly filter: string;
  /** FIFOs that no build has used. */
  readonly fifos: string[];
  fifosMade: number;
}

/** Builds by bubblewrap, working in the store's temporary directory. */
export class SandboxExecutor implements Executor {
  private workshop: Workshop | undefined;

  constructor(
    private readonly store: Store,
    /** Builds at once. */
    private readonly jobs: number,
  ) {}

  async prepare(): Promise<Result<void>> {
    closeOnExec();
    const sandbox = await checkSandbox();
    if (!sandbox.ok) return sandbox;
    await killAbandonedBuilders();
    const directory = this.store.tempDir();
    if (!directory.ok) return directory;
    const filter = join(directory.value, 'filter');
    const written = attempt('write', filter, () => writeFileSync(filter, seccompFilter()));
    if (!written.ok) return written;
    this.workshop = { directory: directory.value, filter, fifos: [], fifosMade: 0 };
    return ok(undefined);
  }

  async build(request: ExecutorRequest): Promise<Result<Executed, ExecutorFailure>> {
    const { drv, drvPath } = request;
    const scratch = new Map([...drv.outputs.keys()].map((name) => [name, scratchPath(drvPath, drv, name)]));
    const invoked = invocation(drv, scratch, request.cores, () => inputGraph(this.store, request.inputs));
    if (!invoked.ok) return invoked;
    const made = this.store.tempDir();
    if (!made.ok) return made;
    const workDir = made.value;
    // What cannot be deleted now is swept with the store's other temporary directories.
    const release = async (): Promise<void> => {
      await removeTree(workDir);
    };
    const noSpace = new Finder(NO_SPACE);
    const onOutput = (bytes: Buffer): void => {
      noSpace.push(bytes);
      request.onOutput(bytes);
    };
    const ran = await this.runAsUser({ ...request, onOutput }, invoked.value, workDir);
    if (!ran.ok) {
      await release();
      return ran;
    }
    const { usage, buildDirWasFull, buildDirPeakBytes } = ran.value;
    const inMemory = request.buildMemory > 0;
    const outputs = await this.judge(request, ran.value, workDir, scratch);
    // A builder may take no notice of what it could not write.
    if (outputs.ok && !(inMemory && buildDirWasFull)) return ok({ outputs: outputs.value, usage, release });
    if (outputs.ok) {
      await release();
      return err({ code: 'E_BUILD', message: `the build directory of ${drv.name} was full`, buildMemoryWasFull: true });
    }
    if (!request.keepFailed || request.signal.aborted) {
      await release();
      // Full for less than the time between two looks leaves these traces.
      const mayHaveBeenFull = buildDirWasFull || buildDirPeakBytes > request.buildMemory / 2 || noSpace.found;
      return err({ ...outputs.failure, buildMemoryWasFull: inMemory && mayHaveBeenFull && !request.signal.aborted });
    }
    return err({ ...outputs.failure, keptDir: await this.keep(workDir, drvPath) });
  }

  /** Runs the builder as nobody that anything else on the machine runs as, where this process can see to that. */
  private async runAsUser(request: ExecutorRequest, invoked: Invocation, workDir: string): Promise<Result<RunResult>> {
    const user = await takeBuildUser();
    if (!user.ok) return user;
    try {
      return await this.run(request, invoked, workDir, user.value && { user: user.value, workDir, storeDir: this.store.layout.storeDir });
    } finally {
      user.value?.release();
    }
  }

  private async run(request: ExecutorRequest, invoked: Invocation, workDir: string, entrant: Entrant | undefined): Promise<Result<RunResult>> {
    const { workshop } = this;
    if (workshop === undefined) throw new Error('Internal error: a build before prepare');
    const fifo = await takeFifo(workshop);
    if (!fifo.ok) return fifo;
    const laidOut = attempt('lay out a sandbox in', workDir, () => {
      give(fifo.value, entrant);
      const inputs = sandboxInputs(this.store, request.inputs, entrant);
      return { ...layOut(workDir, invoked, request.buildMemory, entrant), inputs };
    });
    if (!laidOut.ok) return laidOut;
    const ran = await runInSandbox({
      entrant,
      sandbox: sandboxArguments({ ...laidOut.value, scratchMemory: memoryForScratch(this.jobs), env: invoked.env }),
      command: [invoked.program, ...invoked.args],
      filter: workshop.filter,
      fifo: fifo.value,
      onOutput: request.onOutput,
      signal: request.signal,
    });
    rmSync(fifo.value, { force: true });
    return ran;
  }

  /** The result: the outputs, or why there are none. */
  private async judge(
    request: ExecutorRequest,
    ran: RunResult,
    workDir: string,
    scratch: ReadonlyMap<string, StorePath>,
  ): Promise<Result<Executed['outputs']>> {
    const { drv, drvPath, inputs } = request;
    if (request.signal.aborted) return fail('E_CANCELLED', `the build of ${drv.name} was stopped`);
    if (ran.exitCode !== 0) {
      const message = `the builder of ${drv.name} ${describeEnd(ran)}`;
      if (isFull(workDir)) {
        return fail(
          'E_DISK_FULL',
          `${message}, and the disk of ${this.store.root} is full`,
          'make room (`zilch gc` deletes what nothing needs) or put the store elsewhere with --store',
        );
      }
      if (ran.notStarted?.startsWith('bwrap: execvp ') === true) return fail('E_BUILD', message, 'the builder must be a program of an input');
      if (ran.wasKilled) return fail('E_BUILD', message, 'was it the kernel, for want of memory? see dmesg, or ask who else may');
      if (ran.notStarted !== undefined) return fail('E_SANDBOX', message, '`zilch doctor` says whether builds can be sandboxed here');
      return fail('E_BUILD', message, request.keepFailed ? undefined : 'with --keep-failed, `zilch shell --kept` can look at what it leaves');
    }
    try {
      // A builder may have closed even the directory that its outputs are in.
      chmodSync(storeDirOf(workDir), 0o755);
      return await finishOutputs({
        store: this.store,
        drv,
        drvPath,
        scratch,
        hostPath: (path) => outputIn(workDir, path),
        inputs,
        signal: request.signal,
      });
    } catch (error) {
      // Whatever it has made that cannot be read: this build fails, and no other.
      return err(ioFailure('look at what was built in', workDir, error));
    }
  }

  /** Moves a failed build's tree to where no sweep finds it; `undefined` when it cannot be moved, and is swept. */
  private async keep(workDir: string, drvPath: StorePath): Promise<string | undefined> {
    const kept = join(this.store.layout.keptDir, storePathBaseName(drvPath).replace(/\.drv$/, ''));
    const moved = attempt('keep', kept, () => {
      mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
      removeTreeSync(kept);
      renameSync(workDir, kept);
    });
    if (!moved.ok) return undefined;
    // What a build user made would belong to another build's user later.
    const own = await takeOver(kept);
    return own.ok ? kept : undefined;
  }
}

/** Looks for a text in bytes that come in pieces. */
class Finder {
  found = false;
  private tail = Buffer.alloc(0);

  constructor(private readonly text: string) {}

  push(bytes: Buffer): void {
    if (this.found) return;
    const searched = Buffer.concat([this.tail, bytes]);
    this.found = searched.includes(this.text);
    this.tail = searched.subarray(Math.max(0, searched.length - this.text.length));
  }
}

/** FIFOs are made several at a time, as that takes a program; each is used once: a builder may do with its own what it likes. */
async function takeFifo(workshop: Workshop): Promise<Result<string>> {
  if (workshop.fifos.length === 0) {
    const fresh = Array.from({ length: 16 }, () => join(workshop.directory, `fifo-${workshop.fifosMade++}`));
    const made = await makeFifos(fresh);
    if (!made.ok) return made;
    workshop.fifos.push(...fresh);
  }
  return ok(workshop.fifos.pop()!);
}

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function describeEnd({ exitCode, notStarted, wasKilled }: RunResult): string {
  if (wasKilled) return 'was killed, together with its sandbox';
  if (notStarted !== undefined) return `could not be started: ${notStarted}`;
  const signal = exitCode > 128 ? SIGNALS.get(exitCode - 128) : undefined;
  return signal === undefined ? `failed with exit status ${exitCode}` : `was killed by ${signal}`;
}
