/** A running machine: its serial line, keyboard and screen. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../result.js';
import { findProgram } from './host.js';
import { launch } from './launch.js';
import { askMonitor } from './monitor.js';
import { qemuCommand, type MachineSpec } from './qemu.js';

/** The most wall-clock seconds that count as one second of work. */
const WALL = 30;

export interface Machine {
  /** All output of the serial line. */
  readonly said: () => string;
  /** What QEMU itself had to say: warnings, and why it ended. */
  readonly complaints: () => string;
  /**
   * Waits until the serial line prints this after the end of the last match. Returns the output up to the end of the
   * match. Fails with E_MACHINE if the machine ends or the time is over; the message has the last lines. Only seconds
   * in which QEMU has a processor count, so a busy host is no failure; the wall clock may show thirty times as many.
   */
  readonly waitFor: (words: string | RegExp, seconds: number) => Promise<Result<string>>;
  /** Types on the serial line, or writes the bytes of `write` unchanged. */
  readonly type: (text: string) => void;
  /** Presses a key of the keyboard, by QEMU's names: `ret`, `e`, `ctrl-alt-delete`. */
  readonly press: (keys: string) => Promise<Result<void>>;
  /** Writes a picture of the screen, PNG. */
  readonly screenshot: (file: string) => Promise<Result<void>>;
  /** The power key. */
  readonly powerKey: () => Promise<Result<void>>;
  /** Waits until the machine is off. */
  readonly off: (seconds: number) => Promise<Result<void>>;
  /** Cuts the power. */
  readonly kill: () => Promise<void>;
  /** Seconds since the start. */
  readonly age: () => number;
}

/** Who wants to hear of a machine while it runs. */
export interface Listener {
  /** Output of the serial line. */
  readonly heard?: (text: string) => void;
  /** The machine starts again without KVM, because of this. */
  readonly again?: (why: string) => void;
}

/** Starts QEMU; again without KVM, if KVM does not work. Fails with E_NO_QEMU. */
export function startMachine(spec: MachineSpec, listener: Listener = {}): Result<Machine> {
  const program = findProgram();
  if (!program.ok) return program;
  const folder = mkdtempSync(join(tmpdir(), 'zilch-machine-'));
  return ok(new Running(program.value, withOwnVariables(spec, folder), folder, listener));
}

/** A machine writes to its firmware's variables, so it gets a copy. */
function withOwnVariables(spec: MachineSpec, folder: string): MachineSpec {
  if (spec.uefi === undefined) return spec;
  const variables = join(folder, 'variables');
  copyFileSync(spec.uefi.variables, variables);
  return { ...spec, uefi: { ...spec.uefi, variables } };
}

class Running implements Machine {
  private text = '';
  private grumble = '';
  private seen = 0;
  private ended = false;
  private readonly born = Date.now();
  private readonly waiting = new Set<() => void>();
  private readonly monitor: string;
  private child!: ChildProcess;

  constructor(
    program: string,
    spec: MachineSpec,
    private readonly folder: string,
    private readonly listener: Listener,
  ) {
    this.monitor = join(folder, 'monitor');
    launch(spec, {
      start: (now) => this.listen(spawn(program, qemuCommand(now, this.monitor), { stdio: ['pipe', 'pipe', 'pipe'] })),
      again: (why) => {
        this.grumble += `${why}\n`;
        listener.again?.(why);
      },
      ended: (how) => {
        if (how !== undefined) this.grumble += `QEMU ${how}\n`;
        this.ended = true;
        rmSync(this.folder, { recursive: true, force: true });
        this.wake();
      },
    });
  }

  private listen(child: ChildProcess): ChildProcess {
    child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
      this.listener.heard?.(text);
      this.wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.grumble += text));
    child.stdin?.on('error', () => undefined); // it may end before it has read everything
    return (this.child = child);
  }

  readonly said = (): string => this.text;
  readonly complaints = (): string => this.grumble;
  readonly age = (): number => (Date.now() - this.born) / 1000;

  readonly waitFor = (words: string | RegExp, seconds: number): Promise<Result<string>> =>
    this.until(seconds, String(words), () => {
      const rest = this.text.slice(this.seen);
      const at = typeof words === 'string' ? found(rest.indexOf(words), words.length) : found(rest.search(words), words.exec(rest)?.[0].length ?? 0);
      if (at === undefined) return undefined;
      this.seen += at;
      return rest.slice(0, at);
    });

  readonly type = (text: string): void => {
    this.child.stdin?.write(text);
  };

  readonly press = async (keys: string): Promise<Result<void>> =>
    askMonitor(this.monitor, 'send-key', { keys: keys.split('-').map((data) => ({ type: 'qcode', data })) });

  readonly screenshot = async (file: string): Promise<Result<void>> => askMonitor(this.monitor, 'screendump', { filename: file, format: 'png' });
  readonly powerKey = async (): Promise<Result<void>> => askMonitor(this.monitor, 'system_powerdown', {});

  readonly off = async (seconds: number): Promise<Result<void>> => {
    if (this.ended) return ok(undefined);
    const waited = await this.until(seconds, 'its end', () => (this.ended ? '' : undefined));
    return waited.ok ? ok(undefined) : waited;
  };

  readonly kill = async (): Promise<void> => {
    this.child.kill('SIGKILL');
    await this.off(30);
  };

  private async until(seconds: number, what: string, look: () => string | undefined): Promise<Result<string>> {
    const [worked, age] = [this.worked(), this.age()];
    for (;;) {
      const answer = look();
      if (answer !== undefined) return ok(answer);
      const over = this.worked() - worked > seconds || this.age() - age > seconds * WALL;
      if (this.ended || over) {
        const last = this.text.slice(-2000) + this.grumble;
        return fail('E_MACHINE', `${this.ended ? 'the machine ended' : `${String(seconds)} s were over`} before ${what}; its last words:\n${last}`);
      }
      await this.change(1000);
    }
  }

  /** Seconds of processor time that QEMU has used: the 14th and 15th field of its state, in hundredths (proc(5)). */
  private worked(): number {
    try {
      const fields = readFileSync(`/proc/${String(this.child.pid)}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return 0; // it has ended, which is noticed elsewhere
    }
  }

  private change(most: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, most);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }
}

function found(at: number, length: number): number | undefined {
  return at < 0 ? undefined : at + length;
}
