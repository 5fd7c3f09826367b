/**
 * A builder's output, line by line. Lines that begin with `@nix ` are messages to the builder's caller, in JSON. Only
 * `setPhase` has a meaning here, and none is logged. Source: Nix's `handleJSONLogMessage`.
 */

/** Longer lines are cut into pieces of this size, so a builder that never ends a line cannot fill the memory. */
const LONGEST_LINE = 64 * 1024;
const KEPT_LINES = 20;
/** Length of a kept line, in characters. */
const LONGEST_KEPT = 2000;
/** Recipes have a dozen phases with one-word names. Journals keep all reported phases, and pages show them. */
const LONGEST_PHASE = 100;
const MOST_PHASES = 200;

export interface LineHandlers {
  readonly onPhase: (phase: string) => void;
  readonly onLine: (line: string) => void;
  /** The bytes of a line, including its end, unchanged. */
  readonly onBytes: (bytes: Buffer) => void;
}

/** Takes output in pieces of any size and passes it on in lines. */
export class OutputLines {
  /** The last lines of text, with long ones truncated. */
  readonly last: string[] = [];
  private phases = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly handlers: LineHandlers) {}

  push(piece: Buffer): void {
    let bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    for (;;) {
      const newline = bytes.subarray(0, LONGEST_LINE).indexOf(0x0a);
      const end = newline >= 0 ? newline + 1 : bytes.length >= LONGEST_LINE ? LONGEST_LINE : 0;
      if (end === 0) break;
      this.line(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
    this.rest = Buffer.from(bytes);
  }

  /** Passes on a last line without its end. */
  end(): void {
    if (this.rest.length > 0) this.line(this.rest);
    this.rest = Buffer.alloc(0);
  }

  private line(bytes: Buffer): void {
    const text = bytes.toString().replace(/\r?\n$/, '');
    if (text.startsWith('@nix ')) {
      const phase = phaseOf(text.slice('@nix '.length));
      if (phase !== undefined) this.phase(phase);
      return;
    }
    this.handlers.onBytes(bytes);
    this.last.push(shortened(text, LONGEST_KEPT));
    if (this.last.length > KEPT_LINES) this.last.shift();
    this.handlers.onLine(text);
  }

  private phase(name: string): void {
    if (this.phases === MOST_PHASES) this.handlers.onBytes(Buffer.from(`… phases after the first ${MOST_PHASES} are not reported …\n`));
    if (this.phases++ < MOST_PHASES) this.handlers.onPhase(shortened(name, LONGEST_PHASE));
  }
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function phaseOf(json: string): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { action, phase } = message as { action?: unknown; phase?: unknown };
  return action === 'setPhase' && typeof phase === 'string' ? phase : undefined;
}
