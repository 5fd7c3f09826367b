/**
 * The commands and answers of each version of Nix. All differences between versions are here. Sources: Nix's release
 * notes, and the versions that the tests run.
 */
import { execFile } from 'node:child_process';
import { formatOutputName } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { MACHINE_NIX, type NixProgram } from './nix-program.js';

/** Older versions lack commands that we use. */
const OLDEST = [2, 8] as const;

/** Lix has version numbers from 2.90 on, and behaves like the Nix that it came from. */
const ORIGIN_OF_LIX = [2, 18] as const;

type Release = readonly [major: number, minor: number];

export class NixDialect {
  private constructor(
    /** The output of `nix --version`. */
    readonly said: string,
    private readonly release: Release,
  ) {}

  /** Reads `nix (Nix) 2.8.0` and the like. Fails with `E_NIX` if it is no version, or too old. */
  static parse(said: string): Result<NixDialect> {
    const match = /(\d+)\.(\d+)\S*\s*$/.exec(said);
    if (match === null) return fail('E_NIX', `\`nix --version\` says ${JSON.stringify(said)}, which is not a version`);
    const release: Release = said.includes('Lix') ? ORIGIN_OF_LIX : [Number(match[1]), Number(match[2])];
    const dialect = new NixDialect(said.trim(), release);
    return dialect.isAtLeast(OLDEST)
      ? ok(dialect)
      : fail('E_NIX', `${dialect.said} is too old`, `install Nix ${OLDEST.join('.')} or newer, or build without --via nix`);
  }

  /** The dialect of this machine's Nix, or of another one. Fails with `E_NO_NIX`, and like `parse`. */
  static find(program: NixProgram = MACHINE_NIX): Promise<Result<NixDialect>> {
    const [file, ...args] = program.command(['--version']);
    return new Promise((resolve) => {
      execFile(file, args, { encoding: 'utf8' }, (error, stdout) => {
        resolve(error === null ? NixDialect.parse(stdout) : fail('E_NO_NIX', `cannot run nix: ${error.message.trim()}`, program.hint, error));
      });
    });
  }

  /** Whether builds can be given user ids that no user has. */
  get allocatesUsers(): boolean {
    return this.isAtLeast([2, 12]);
  }

  /** Asks whether a store answers. */
  get storeInfo(): readonly string[] {
    return ['store', this.isAtLeast([2, 24]) ? 'info' : 'ping'];
  }

  /** Names all outputs of a derivation, for commands that build. */
  outputsOf(drvPath: string): string {
    return this.isAtLeast([2, 13]) ? formatOutputName(drvPath, '*') : drvPath;
  }

  /** Queries a store's facts about a path; `pathInfo` reads the answer. */
  askPathInfo(path: string): readonly string[] {
    return ['path-info', '--json', ...(this.isAtLeast([2, 34]) ? ['--json-format', '1'] : []), path];
  }

  /**
   * Reads the answer of `askPathInfo`: a list of one, or from 2.19 on an object by paths. `undefined` where the path is
   * not valid.
   */
  pathInfo(json: string, path: string): unknown {
    const answer = JSON.parse(json) as unknown;
    if (Array.isArray(answer)) return answer[0] as unknown;
    return (answer as Readonly<Record<string, unknown>>)[path] ?? undefined;
  }

  /** Shows a derivation as JSON. */
  showDerivation(drvPath: string): readonly string[] {
    return this.isAtLeast([2, 15]) ? ['derivation', 'show', drvPath] : ['show-derivation', drvPath];
  }

  private isAtLeast([major, minor]: Release): boolean {
    return this.release[0] > major || (this.release[0] === major && this.release[1] >= minor);
  }
}

/**
 * Whether a message says that the builder itself failed, which would happen again. Note that Nix 2.8 reports a broken
 * connection to a remote build with the same words, `builder for … failed with exit code 1`, after the real reason.
 */
export function saysBuilderFailed(message: string): boolean {
  if (/' on '.*' failed: builder for '/.test(message)) return true;
  return (
    // The first up to 2.28 or so; the second since.
    /builder for '.*' failed|Cannot build '.*'\. ?Reason: builder failed/i.test(message) &&
    !/unexpected end-of-file|cannot connect|cannot build on|broken pipe|connection (reset|closed)|timeout, server/i.test(message)
  );
}
