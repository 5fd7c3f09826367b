/** A checkout's `zilch`, a store of its own and a small chain whose recipes are shell scripts. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { removeTree } from '../../src/store/index.js';

/** The directory that holds `zilch`. */
export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

const BUSYBOX = '/bin/busybox';

/** A rig for all tests of a file. */
export function rigFor(recipes: string, targets: readonly [string, ...string[]]): CliRig {
  const rig = new CliRig();
  beforeAll(() => rig.write(recipes, targets));
  afterAll(() => rig.close());
  return rig;
}

/** How a command ended, and what it said. */
export interface Ran {
  /** `null` when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CliRig {
  #directory: string | undefined;

  /** Made when it is first asked for: a file whose tests are all skipped leaves nothing. */
  get directory(): string {
    if (this.#directory !== undefined) return this.#directory;
    this.#directory = mkdtempSync(join(tmpdir(), 'zilch-cli-'));
    mkdirSync(join(this.chain, 'shell/bin'), { recursive: true });
    if (existsSync(BUSYBOX)) this.addPrograms('ash', 'cat', 'sleep');
    return this.#directory;
  }

  get store(): string {
    return join(this.directory, 'store');
  }

  get chain(): string {
    return join(this.directory, 'chain');
  }

  /** Adds programs of busybox to the chain's `bin`. */
  addPrograms(...names: readonly string[]): void {
    for (const name of names) {
      copyFileSync(BUSYBOX, join(this.chain, 'shell/bin', name));
      chmodSync(join(this.chain, 'shell/bin', name), 0o755);
    }
  }

  /** Writes chain.ts: `recipes` is TypeScript that may use `ash`, `bin` and `make`, the targets are its variables' names. */
  write(recipes: string, targets: readonly [string, ...string[]]): void {
    writeFileSync(
      join(this.chain, 'chain.ts'),
      `import { chain, local, recipe, recipeWith, sh, source, text } from 'zilch';
const bin = local(import.meta.url, './shell');
const ash = text\`\${bin}/bin/ash\`;
const make = recipeWith({ shell: ash, path: [bin] });
${recipes}
export default chain('${targets[0]}', { only: { ${targets.join(', ')} } });
`,
    );
  }

  /** Runs `zilch` on the rig's store; `onStart` gets the process. */
  run(
    args: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly input?: Buffer; readonly onStart?: (pid: number) => void } = {},
  ): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, ZILCH_STORE: this.store, NO_COLOR: '1', ...options.env };
      const child = spawn(join(CHECKOUT, 'zilch'), args, { cwd: this.directory, env, stdio: 'pipe' });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, stdout, stderr }));
      child.stdin.on('error', () => undefined).end(options.input ?? '');
      if (child.pid !== undefined) options.onStart?.(child.pid);
    });
  }

  /** Runs a command of zilch on the rig's chain. */
  onChain(...args: readonly string[]): Promise<Ran> {
    return this.run([...args, '-f', this.chain]);
  }

  async close(): Promise<void> {
    if (this.#directory === undefined) return;
    await removeTree(this.store);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
