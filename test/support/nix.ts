import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NixDialect } from '../../src/exchange/nix/nix-dialect.js';
import { userSettings } from '../../src/exchange/nix/nix-users.js';
import { unwrap } from '../../src/result.js';
import { unpackedNix } from './nixes/install.js';
import { ORACLE_VERSION, TESTED_NIXES } from './nixes/versions.js';

const CONFIG = `experimental-features = nix-command ca-derivations impure-derivations
sandbox = true
sandbox-paths = /bin /usr /lib /lib64
build-users-group =
substituters =
`;

/** Where this machine's programs are, whichever Nix a test chooses. */
const MACHINE_PATH = process.env['PATH'] ?? '';

const HOW_TO_GET = '`npx jiti test/support/nixes/install.ts` gets what tests need';

/** A Nix that tests run with. */
export interface AvailableNix {
  readonly version: string;
  /** Whether it is the one that this machine has, installed. */
  readonly isInstalled: boolean;
  /** For the environment variable `PATH`. */
  readonly path: string;
  /** Why tests with it cannot run. */
  readonly missing: string | undefined;
}

/**
 * The Nix of this machine, whatever its version, and every tested version. One that Debian no longer has is left out, which is
 * said.
 */
export function allNixes(): AvailableNix[] {
  const installed = installedVersion();
  const unpacked = TESTED_NIXES.filter(({ version }) => version !== installed).flatMap(({ version, mayVanish }): AvailableNix[] => {
    const programs = unpackedNix(version);
    if (programs !== undefined) return [{ version, isInstalled: false, path: `${programs}:${MACHINE_PATH}`, missing: undefined }];
    const missing = `Nix ${version} was not unpacked: ${HOW_TO_GET}`;
    if (mayVanish) console.warn(`not tried, Debian may not have it any more: ${missing}`);
    return mayVanish ? [] : [{ version, isInstalled: false, path: MACHINE_PATH, missing }];
  });
  return installed === undefined ? unpacked : [{ version: installed, isInstalled: true, path: MACHINE_PATH, missing: undefined }, ...unpacked];
}

function installedVersion(): string | undefined {
  const { error, stdout } = spawnSync('nix', ['--version'], { encoding: 'utf8', env: { ...process.env, PATH: MACHINE_PATH } });
  return error === undefined ? stdout.trim().split(' ').at(-1) : undefined;
}

/** Why there is no Nix of the version that our formats are held to, byte for byte; `undefined` when `nix` is it from now on. */
export function whyNoNix(): string | undefined {
  if (installedVersion() === ORACLE_VERSION) return undefined;
  const programs = unpackedNix(ORACLE_VERSION);
  if (programs === undefined) return `Nix ${ORACLE_VERSION} is wanted: ${HOW_TO_GET}`;
  process.env['PATH'] = `${programs}:${MACHINE_PATH}`;
  return undefined;
}

/** Why `build --via nix` cannot be tried here; `undefined` when it can. */
export async function whyNoNixBuilds(): Promise<string | undefined> {
  return whyNoNix() ?? whyNoBuildsBy(ORACLE_VERSION);
}

/** Why a version of Nix builds nothing here with the settings of `--via nix`. */
export async function whyNoBuildsBy(version: string): Promise<string | undefined> {
  const settings = await userSettings(dialectOf(version));
  return settings.ok ? undefined : settings.failure.message;
}

/** How a version is asked. */
export function dialectOf(version: string): NixDialect {
  return unwrap(NixDialect.parse(`nix (Nix) ${version}`));
}

/** Real Nix on a store of its own, away from the machine's. */
export class Nix {
  constructor(
    readonly root = mkdtempSync(join(tmpdir(), 'zilch-nix-')),
    private readonly config = CONFIG,
  ) {}

  /** Runs one of Nix's programs; gives its output. */
  run(program: string, ...args: readonly string[]): Buffer {
    return execFileSync(program, args, { env: this.environment(), maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** As `run`, leaving this process free to serve what the program asks for. */
  async runAsync(program: string, ...args: readonly string[]): Promise<Buffer> {
    const { stdout } = await promisify(execFile)(program, args, { env: this.environment(), maxBuffer: 1 << 30, encoding: 'buffer' });
    return stdout;
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, NIX_CONFIG: this.config, NIX_REMOTE: this.root, HOME: this.root };
  }

  text(program: string, ...args: readonly string[]): string {
    return this.run(program, ...args)
      .toString()
      .trim();
  }

  json(program: string, ...args: readonly string[]): unknown {
    return JSON.parse(this.text(program, ...args));
  }

  /** Where a logical path of the store lies. */
  hostPath(path: string): string {
    return this.root + path;
  }

  close(): void {
    execFileSync('chmod', ['-R', 'u+w', this.root]);
    execFileSync('rm', ['-rf', this.root]);
  }
}
