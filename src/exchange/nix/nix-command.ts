/** Runs real Nix on a store of its own choosing, whatever the machine's configuration says. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import { NixDialect } from './nix-dialect.js';
import { MACHINE_NIX, type NixProgram } from './nix-program.js';
import { userSettings } from './nix-users.js';

export interface NixCommandOptions {
  /** A store in Nix's notation: a directory, `daemon`, `ssh-ng://host`. */
  readonly storeUri: string;
  /** Machines to build on, as in Nix's setting `builders`; this machine then builds nothing itself. */
  readonly builders?: string | undefined;
  /** The machine's by default. */
  readonly program?: NixProgram | undefined;
}

/**
 * Dead hosts must be noticed, but ssh by itself waits for ever. After three unanswered keep-alives, 15 seconds, the
 * build moves to another host.
 */
const SSH_OPTIONS = '-o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ConnectTimeout=10 -o BatchMode=yes';

export class NixCommand {
  private constructor(
    private readonly options: NixCommandOptions,
    private readonly program: NixProgram,
    /** The commands of its version. */
    readonly dialect: NixDialect,
    /** The users that builders run as. */
    private readonly userSettings: readonly string[],
  ) {}

  /**
   * Finds out which Nix this machine has, and which users builders run as. Fails with `E_NO_NIX`, and with `E_NIX` if
   * it is too old or builders would be root.
   */
  static async find(options: NixCommandOptions): Promise<Result<NixCommand>> {
    const program = options.program ?? MACHINE_NIX;
    const dialect = await NixDialect.find(program);
    if (!dialect.ok) return dialect;
    // A daemon and other machines have their own users.
    const buildsItself = !/^(daemon|unix:|ssh)/.test(options.storeUri) && options.builders === undefined;
    const settings = buildsItself ? await userSettings(dialect.value) : ok([]);
    return settings.ok ? ok(new NixCommand(options, program, dialect.value, settings.value)) : settings;
  }

  get storeUri(): string {
    return this.options.storeUri;
  }

  /** Runs `nix` and returns its standard output. Its lines on standard error go to `onLine`. Fails with `E_NIX`. */
  run(args: readonly string[], signal?: AbortSignal, onLine: (line: string) => void = () => undefined): Promise<Result<string>> {
    return new Promise((resolve) => {
      const child = this.spawn(args);
      const chunks: Buffer[] = [];
      const errors = new LastLines(onLine);
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => {
        errors.push(chunk);
      });
      const stop = (): boolean => child.kill(this.program.stopSignal);
      signal?.addEventListener('abort', stop);
      child.on('error', (error) => {
        resolve(err(this.notRun(error)));
      });
      child.on('close', (status) => {
        signal?.removeEventListener('abort', stop);
        if (signal?.aborted === true) resolve(fail('E_CANCELLED', 'stopped while Nix was running'));
        else if (status === 0) resolve(ok(Buffer.concat(chunks).toString()));
        else resolve(fail('E_NIX', `\`nix ${args[0] ?? ''}\` on ${this.storeUri} failed: ${errors.text()}`));
      });
    });
  }

  /** Runs `nix` and streams its standard output. Throws `StreamFailure`. */
  async *stream(args: readonly string[]): ByteStream & AsyncGenerator<Uint8Array> {
    const child = this.spawn(args);
    const errors = new LastLines(() => undefined);
    child.stderr.on('data', (chunk: Buffer) => {
      errors.push(chunk);
    });
    const ended = new Promise<Failure | undefined>((resolve) => {
      child.on('error', (error) => {
        resolve(this.notRun(error));
      });
      child.on('close', (status) => {
        resolve(status === 0 ? undefined : { code: 'E_NIX', message: `\`nix ${args[0] ?? ''}\` on ${this.storeUri} failed: ${errors.text()}` });
      });
    });
    let complete = false;
    try {
      yield* child.stdout as AsyncIterable<Buffer>;
      complete = true;
    } finally {
      if (!complete) child.kill('SIGKILL');
    }
    const failure = await ended;
    if (failure !== undefined) throw new StreamFailure(failure);
  }

  private spawn(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const { builders } = this.options;
    const settings = [
      ...['--extra-experimental-features', 'nix-command flakes ca-derivations', '--store', this.storeUri],
      // Only what the derivation names, as in our own sandbox, and no substitutes.
      // These settings reach the Nix of this machine; other machines use their own nix.conf.
      ...['--option', 'sandbox', 'true', '--option', 'sandbox-fallback', 'false', '--option', 'sandbox-paths', ''],
      ...['--option', 'substituters', ''],
      ...this.userSettings,
      ...(builders === undefined ? ['--option', 'builders', ''] : ['--builders', builders, '--max-jobs', '0']),
    ];
    const sshOptions = [SSH_OPTIONS, process.env['NIX_SSHOPTS'] ?? ''].join(' ').trim();
    const [file, ...all] = this.program.command([...args, ...settings]);
    return spawn(file, all, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NIX_SSHOPTS: sshOptions } });
  }

  private notRun(error: Error): Failure {
    return { code: 'E_NO_NIX', message: `cannot run nix: ${error.message}`, hint: this.program.hint, cause: error };
  }
}

/** Splits output into lines, and remembers the last error messages. */
class LastLines {
  private rest = '';
  private readonly last: string[] = [];

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    const lines = (this.rest + chunk.toString()).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
  }

  text(): string {
    if (this.rest !== '') this.take(this.rest);
    this.rest = '';
    return this.last.join('; ') || 'it does not say why';
  }

  private take(line: string): void {
    this.onLine(line);
    const text = messageOf(line);
    if (text === undefined || text === '') return;
    this.last.push(text);
    if (this.last.length > 5) this.last.shift();
  }
}

/**
 * The readable text of a line of standard error: the line itself, or the message in a line of
 * `--log-format internal-json`.
 */
function messageOf(line: string): string | undefined {
  const json = parseLogLine(line);
  // Messages of a remote build's helper have no `raw_msg`.
  const text = json === undefined ? line : json['action'] === 'msg' && json['level'] === 0 ? (json['raw_msg'] ?? json['msg']) : undefined;
  return typeof text === 'string'
    ? withoutColours(text)
        .replace(/\s*\n\s*/g, ' ')
        .replace(/^error: /, '')
        .trim()
    : undefined;
}

function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

/** Reads a line of Nix's `internal-json` log; `undefined` for any other line. Source: Nix's `logging.cc`. */
export function parseLogLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('@nix ')) return undefined;
  try {
    const json: unknown = JSON.parse(line.slice('@nix '.length));
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
