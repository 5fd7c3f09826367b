/** Runs one command in the sandbox and waits until all its processes have ended. */
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, constants as fsConstants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { entrance, takeTrialEntrant, type Entrant, type Surroundings } from './entrance.js';
import type { Usage } from './event.js';
import { kill, textOf } from './processes.js';
import { sandboxHint } from './sandbox-hint.js';
import { ChildrenCpu, Sampler } from './usage.js';

/**
 * How much of the output is searched for the reason why a builder was never started, which is a line or two of ours.
 */
const HEAD_BYTES = 4096;

const KILL_AGAIN_MS = 20;

/** The message of unshare before util-linux 2.41 if its child was killed: it cannot kill itself the same way. */
const SAYS_KILLED = /^unshare: sigprocmask/m;

const childrenCpu = new ChildrenCpu();

/** How the sandbox ended. */
export interface RunResult {
  /** The builder's exit status; 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  /** Why the builder was never started; `undefined` if it was. */
  readonly notStarted: string | undefined;
  /** Whether a signal ended the sandbox, and the builder with it. */
  readonly wasKilled: boolean;
  readonly usage: Usage;
  /** Whether the build directory was seen full. */
  readonly buildDirWasFull: boolean;
  /** The largest use of the build directory's file system that was seen, in bytes. */
  readonly buildDirPeakBytes: number;
}

export interface RunOptions {
  /** The user and work directory of bwrap. */
  readonly entrant?: Entrant | undefined;
  readonly surroundings?: Surroundings | undefined;
  /** bwrap's arguments, without the command. */
  readonly sandbox: readonly string[];
  readonly command: readonly string[];
  /** Where the builder has its build directory. */
  readonly buildPath?: string;
  /** A file with the program of `seccompFilter`. */
  readonly filter: string;
  /** A FIFO that no other run uses at the same time, for the builder's standard output and error. */
  readonly fifo: string;
  /** Called with the output as it comes, in pieces of any size. */
  readonly onOutput: (bytes: Buffer) => void;
  /** Kills the builder. */
  readonly signal: AbortSignal;
}

/** Runs to the end. Fails with `E_SANDBOX` if the first program of the sandbox cannot be started. */
export async function runInSandbox(options: RunOptions): Promise<Result<RunResult>> {
  const opened = attempt('open', options.fifo, () => ({
    // Node's own pipes are sockets, and a builder could not open these as /dev/stderr.
    readEnd: openSync(options.fifo, fsConstants.O_RDONLY | fsConstants.O_NONBLOCK),
    writeEnd: openSync(options.fifo, fsConstants.O_WRONLY),
    filter: openSync(options.filter, 'r'),
  }));
  if (!opened.ok) return opened;
  const { readEnd, writeEnd, filter } = opened.value;
  const bwrap = ['--json-status-fd', '3', '--seccomp', '4', ...options.sandbox, '--', ...options.command];
  childrenCpu.started();
  const spawned = spawnEntrance(entrance(options.entrant, bwrap, { listened: true, surroundings: options.surroundings }), [
    'ignore',
    writeEnd,
    'pipe',
    'pipe',
    filter,
  ]);
  for (const fd of [writeEnd, filter]) closeSync(fd);
  if (!spawned.ok) {
    closeSync(readEnd);
    childrenCpu.ended();
    return spawned;
  }
  const child = spawned.value;
  const output = new Socket({ fd: readEnd, readable: true, writable: false });
  let head = '';
  output.on('data', (bytes: Buffer) => {
    if (head.length < HEAD_BYTES) head += bytes.toString();
    options.onOutput(bytes);
  });
  // Messages of the programs before bwrap.
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-HEAD_BYTES)));
  const outputEnded = new Promise<void>((resolve) => output.on('close', () => resolve()));

  const report = new Report(child.stdio[3] as Readable);
  const sampler = new Sampler(options.buildPath);
  report.onStart = (pidNamespace): void => sampler.start(pidNamespace);
  // Try repeatedly, because it may not have started yet.
  let killing: NodeJS.Timeout | undefined;
  const abort = (): void => {
    killChildren(child.pid);
    killing ??= setInterval(() => killChildren(child.pid), KILL_AGAIN_MS);
  };
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();
  let cpuSeconds: number | undefined;
  try {
    const exitCode = await new Promise<number | Error>((resolve) => {
      child.on('error', (error) => {
        childrenCpu.ended();
        resolve(error);
      });
      child.on('exit', (code, signal) => {
        // Its process id may soon belong to another process.
        options.signal.removeEventListener('abort', abort);
        clearInterval(killing);
        cpuSeconds = childrenCpu.ended();
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
    if (exitCode instanceof Error) {
      output.destroy();
      return err(spawnFailure(exitCode));
    }
    await Promise.all([outputEnded, report.ended]);
    const wasKilled = !report.hasExitCode() && (exitCode > 128 || SAYS_KILLED.test(complaint));
    const why = lastLine(complaint) ?? lastLine(head) ?? `bwrap ended with status ${exitCode}`;
    return ok({
      exitCode,
      notStarted: report.hasExitCode() || wasKilled ? undefined : why,
      wasKilled,
      usage: { cpuSeconds, maxRssBytes: sampler.peakBytes, running: Object.fromEntries(sampler.running) },
      buildDirWasFull: sampler.wasFull,
      buildDirPeakBytes: sampler.buildDirPeakBytes,
    });
  } finally {
    clearInterval(killing);
    sampler.stop();
    options.signal.removeEventListener('abort', abort);
  }
}

/** Node throws some of the system's errors, and reports others as events. */
function spawnEntrance([program, ...args]: readonly [string, ...string[]], stdio: StdioOptions): Result<ChildProcess> {
  try {
    // A separate session, so only zilch receives Ctrl-C, and stops its builds in order.
    return ok(spawn(program, args, { detached: true, cwd: '/', env: hostEnvironment(), stdio }));
  } catch (error) {
    return err(spawnFailure(error as Error));
  }
}

function spawnFailure(error: NodeJS.ErrnoException): Failure {
  const message = `the sandbox cannot be entered: ${error.message}`;
  switch (error.code) {
    case 'E2BIG':
      return {
        code: 'E_BUILD',
        message: 'the arguments and the environment of the builder are too long',
        hint: 'put long ones into files; each one must be shorter than 128 KiB',
        cause: error,
      };
    case 'ENOENT':
      return { code: 'E_SANDBOX', message, hint: 'install util-linux', cause: error };
    case 'EAGAIN':
    case 'ENOMEM':
      return { code: 'E_SANDBOX', message, hint: 'the machine is short of processes or memory: run fewer builds at once with --jobs', cause: error };
    case 'EMFILE':
    case 'ENFILE':
    case 'EACCES':
      return { code: 'E_SANDBOX', message, cause: error };
    default:
      throw error;
  }
}

/** The environment of the programs around the sandbox; the builder does not see it. */
function hostEnvironment(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin:/usr/sbin:/sbin`, LC_ALL: 'C' };
}

/** bwrap's status: JSON documents, one a line. */
class Report {
  onStart: (pidNamespace: string) => void = () => undefined;
  private text = '';
  /** Resolves at the end of the status. */
  readonly ended: Promise<void>;

  constructor(stream: Readable) {
    this.ended = new Promise((resolve) => stream.on('close', () => resolve()));
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      const knew = this.text.includes('}');
      this.text += piece;
      const start = /"pid-namespace": (\d+).*\}/.exec(this.text);
      if (!knew && start !== null) this.onStart(`pid:[${start[1] ?? ''}]`);
    });
  }

  /** Reported only for a builder that was really started. */
  hasExitCode(): boolean {
    return this.text.includes('"exit-code"');
  }
}

/**
 * Kills the first process of the namespace, if it exists yet, and with it all others. The process that waits for it
 * keeps running.
 */
function killChildren(waiting: number | undefined): void {
  const children = textOf(`/proc/${waiting ?? 0}/task/${waiting ?? 0}/children`).split(' ');
  for (const pid of children.map(Number)) {
    if (pid > 0) kill(pid);
  }
}

/** Makes FIFOs. Node cannot, so this is coreutils' `mkfifo`. */
export async function makeFifos(paths: readonly string[]): Promise<Result<void>> {
  const { error } = await runProgram('mkfifo', ['-m', '600', ...paths]);
  return error === undefined ? ok(undefined) : fail('E_SANDBOX', `cannot make the FIFO ${paths[0] ?? ''}: ${error.message}`, undefined, error);
}

/** Tries the sandbox with an empty command. Fails with `E_SANDBOX` and a hint. */
export async function checkSandbox(): Promise<Result<void>> {
  const trial = ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-ipc', '--uid', '1000', '--gid', '100'];
  const bwrap = [...trial, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--', 'true'];
  const entrant = await takeTrialEntrant();
  if (!entrant.ok) return entrant;
  const [program, ...args] = entrance(entrant.value.entrant, bwrap);
  const { error, stderr } = await runProgram(program, args);
  entrant.value.release();
  if (error === undefined) return ok(undefined);
  return fail('E_SANDBOX', `builds cannot be sandboxed: ${firstLine(stderr) ?? error.message}`, sandboxHint(stderr === '' ? error.message : stderr));
}

/** Node throws some of the system's errors, and reports others as events; here all are events. */
async function runProgram(program: string, args: readonly string[]): Promise<{ readonly error?: Error; readonly stderr: string }> {
  try {
    return await new Promise((resolve) => {
      execFile(program, args, { env: hostEnvironment(), encoding: 'utf8' }, (error, _stdout, stderr) =>
        resolve(error === null ? { stderr } : { error, stderr }),
      );
    });
  } catch (error) {
    return { error: error as Error, stderr: '' };
  }
}

function firstLine(text: string): string | undefined {
  return text.split('\n').find((line) => line.trim() !== '');
}

function lastLine(text: string): string | undefined {
  return text.split('\n').findLast((line) => line.trim() !== '');
}
