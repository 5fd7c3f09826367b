import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { userSettings } from '../../src/exchange/nix/nix-users.js';

/** The version our formats are held to, byte for byte. */
export const ORACLE_VERSION = '2.8.0';

const CONFIG = `experimental-features = nix-command ca-derivations impure-derivations
sandbox = true
sandbox-paths = /bin /usr /lib /lib64
build-users-group =
substituters =
`;

/** Why tests against real Nix cannot run here; `undefined` when they can. */
export function whyNoNix(): string | undefined {
  const version = spawnSync('nix', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) return `Nix is not installed (Debian's nix-bin ${ORACLE_VERSION} is wanted)`;
  const found = version.stdout.trim().split(' ').at(-1);
  return found === ORACLE_VERSION ? undefined : `Nix ${found} is installed, ${ORACLE_VERSION} is wanted`;
}

/** Why `build --via nix` cannot be tried here; `undefined` when it can. */
export async function whyNoNixBuilds(): Promise<string | undefined> {
  const settings = await userSettings();
  return whyNoNix() ?? (settings.ok ? undefined : settings.failure.message);
}

/** Real Nix on a store of its own, away from the machine's. */
export class Nix {
  readonly root = mkdtempSync(join(tmpdir(), 'zilch-nix-'));

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
    return { ...process.env, NIX_CONFIG: CONFIG, NIX_REMOTE: this.root, HOME: this.root };
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
