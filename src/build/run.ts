/**
 * Runs one command in the sandbox and waits until nothing of it is left.
 *
 * The chain of programs is setpriv, setarch, sh, bwrap, builder. setpriv has the kernel kill sh when this process dies,
 * however it dies, and bwrap does the same one step below, so that no build outlives its zilch. setarch turns off address
 * space randomisation, as Nix does. sh sets umask and core limit as in Nix's sandbox and reports the CPU time, which Node
 * has no way to learn.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../result.js';
import type { Usage } from './event.js';
import { Sampler, type Sampled } from './usage.js';

const SCRIPT = 'umask 022; ulimit -S -c 0; "$@" 4>&-; status=$?; times >&4; exit "$status"';
const WRAPPER = ['--pdeathsig', 'KILL', 'setarch', 'x86_64', '-R', 'sh', '-c', SCRIPT, 'zilch-build', 'bwrap'] as const;

/** How the sandbox ended. */
export interface RunResult {
  /** The builder's exit status; 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly usage: Usage;
  /** Whether the build directory was seen full. */
  readonly buildDirWasFull: boolean;
}

export interface RunOptions {
  /** A file with bwrap's arguments, each followed by a NUL, without the command. */
  readonly argumentsFile: string;
  readonly command: readonly string[];
  /** A file with the program of `seccompFilter`. */
  readonly filter: string;
  /** A FIFO that no other run uses at the same time: what the builder has as standard output and error. */
  readonly fifo: string;
  /** Gets the output as it comes, in pieces of any size. */
  readonly onOutput: (bytes: Buffer) => void;
  /** Kills the builder. */
  readonly signal: AbortSignal;
}

/** Runs to the end. Fails with `E_SANDBOX` when the programs that make up the sandbox cannot be started. */
export async function runInSandbox(options: RunOptions): Promise<Result<RunResult>> {
  // Not Node's own pipes: those are sockets, and a builder that opens /dev/stderr could not.
  const readEnd = openSync(options.fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(options.fifo, constants.O_WRONLY);
  // A file and not a pipe: half of it must never be taken for all.
  const sandboxArguments = openSync(options.argumentsFile, 'r');
  const filter = openSync(options.filter, 'r');
  const child = spawn('setpriv', [...WRAPPER, '--args', '3', '--json-status-fd', '5', '--seccomp', '6', '--', ...options.command], {
    // A session of its own: Ctrl-C goes to zilch alone, which then stops its builds in good order.
    detached: true,
    cwd: '/',
    env: hostEnvironment(),
    stdio: ['ignore', writeEnd, writeEnd, sandboxArguments, 'pipe', 'pipe', filter],
  });
  for (const fd of [writeEnd, sandboxArguments, filter]) closeSync(fd);
  const output = new Socket({ fd: readEnd, readable: true, writable: false });
  output.on('data', options.onOutput);
  const outputEnded = new Promise<void>((resolve) => output.on('close', () => resolve()));

  const [, , , , timesPipe, statusPipe] = child.stdio as readonly unknown[];
  const times = collect(timesPipe as Readable);
  const status = new SandboxStatus(statusPipe as Readable);
  const sampler = new Sampler();
  const abort = (): void => status.kill();
  status.onStart = (sampled): void => {
    if (options.signal.aborted) abort();
    else sampler.start(sampled);
  };
  options.signal.addEventListener('abort', abort);
  try {
    const exitCode = await new Promise<number | Error>((resolve) => {
      child.on('error', resolve);
      child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + 9)));
    });
    if (exitCode instanceof Error) {
      output.destroy();
      return fail('E_SANDBOX', `setpriv cannot be run: ${exitCode.message}`, 'install util-linux', exitCode);
    }
    await outputEnded;
    return ok({ exitCode, usage: { cpuSeconds: cpuSeconds(await times), maxRssBytes: sampler.peakBytes }, buildDirWasFull: sampler.wasFull });
  } finally {
    status.ended();
    sampler.stop();
    options.signal.removeEventListener('abort', abort);
  }
}

/** For the programs around the sandbox; the builder sees nothing of it. */
function hostEnvironment(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin:/usr/sbin:/sbin`, LC_ALL: 'C' };
}

async function collect(stream: Readable): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => (text += piece));
  await new Promise<void>((resolve) => stream.on('close', () => resolve()));
  return text;
}

/** Adds up what `times` prints: `0m0.01s 0m0.02s` for the shell, and again for its children. */
function cpuSeconds(times: string): number | undefined {
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.length === 0 ? undefined : parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** What bwrap reports of itself: a JSON document a line. */
class SandboxStatus {
  onStart: (sampled: Sampled) => void = () => undefined;
  private builderPid: number | undefined;
  private text = '';

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      this.text += piece;
      const line = /"child-pid": (\d+)/.exec(this.text);
      if (line === null || this.builderPid !== undefined || !this.text.includes('}')) return;
      this.builderPid = Number(line[1]);
      this.onStart({ pid: this.builderPid, pidNamespace: `pid:[${/"pid-namespace": (\d+)/.exec(this.text)?.[1] ?? ''}]` });
    });
  }

  /** Kills the sandbox's first process, and with it all others. bwrap itself is left to see it out. */
  kill(): void {
    if (this.builderPid === undefined) return;
    try {
      process.kill(this.builderPid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  ended(): void {
    this.builderPid = undefined;
  }
}

/** Makes a FIFO. Node cannot, so this is coreutils' `mkfifo`. */
export async function makeFifo(path: string): Promise<Result<void>> {
  return await new Promise((resolve) => {
    execFile('mkfifo', ['-m', '600', path], (error) => {
      resolve(error === null ? ok(undefined) : fail('E_SANDBOX', `cannot make the FIFO ${path}: ${error.message}`, undefined, error));
    });
  });
}

/** Tries the sandbox on nothing. Fails with `E_SANDBOX` and what to do about it. */
export async function checkSandbox(): Promise<Result<void>> {
  const trial = ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-ipc', '--uid', '1000', '--gid', '100'];
  return await new Promise((resolve) => {
    const args = [...WRAPPER, ...trial, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--', 'true'];
    const stdio = { env: hostEnvironment(), encoding: 'utf8' } as const;
    execFile('sh', ['-c', '"$@" 4>/dev/null', 'sh', 'setpriv', ...args], stdio, (error, _stdout, stderr) => {
      if (error === null) resolve(ok(undefined));
      else resolve(fail('E_SANDBOX', `builds cannot be sandboxed: ${firstLine(stderr) ?? error.message}`, sandboxHint(stderr)));
    });
  });
}

function firstLine(text: string): string | undefined {
  return text.split('\n').find((line) => line.trim() !== '');
}

function sandboxHint(stderr: string): string {
  for (const program of ['bwrap', 'setpriv', 'setarch']) {
    if (new RegExp(`${program}: (not found|No such file)`).test(stderr)) {
      return `install it: apt-get install ${program === 'bwrap' ? 'bubblewrap' : 'util-linux'}`;
    }
  }
  const switches: readonly (readonly [name: string, bad: string, good: string])[] = [
    ['user/max_user_namespaces', '0', '15000'],
    ['kernel/unprivileged_userns_clone', '0', '1'],
    ['kernel/apparmor_restrict_unprivileged_userns', '1', '0'],
  ];
  for (const [name, bad, good] of switches) {
    if (readSwitch(name) === bad) return `user namespaces are turned off; as root: sysctl -w ${name.replace('/', '.')}=${good}`;
  }
  return 'in a container, allow user namespaces and mounts (docker run --privileged); "zilch doctor" says more';
}

function readSwitch(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
