import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap, type Result } from '../../src/result.js';
import { removeTreeSync, Store, type OpenOptions } from '../../src/store/index.js';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Runs when the test is over, the last one first. */
export function atEnd(cleanup: () => void): void {
  cleanups.push(cleanup);
}

/** An empty directory that is removed when the test is over. */
export function tempDirectory(parent = tmpdir()): string {
  const directory = mkdtempSync(join(parent, 'zilch-test-'));
  atEnd(() => removeTreeSync(directory));
  return directory;
}

/** An open store, closed when the test is over. */
export function openStore(root = tempDirectory(), options: OpenOptions = { create: true }): Store {
  const store = unwrap(Store.open(root, options));
  atEnd(() => {
    store.close();
  });
  return store;
}

export function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.code;
}

export function messageOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.message;
}

/** Adds a text `<name>` that refers to `references`. */
export async function addText(store: Store, name: string, references: readonly StorePath[] = []): Promise<StorePath> {
  return unwrap(await store.addText(name, `${name}\n${references.join('\n')}\n`, references));
}

/** A process of its own that runs a program of the tests, and prints lines. */
export class Child {
  readonly process: ChildProcess;
  /** Lines it has printed so far. */
  readonly lines: string[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  readonly #exited: Promise<number | null>;

  /** `script` is a TypeScript file of the checkout; `env` is what its environment has besides ours. */
  constructor(script: URL, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    this.process = spawn(process.execPath, [jiti, fileURLToPath(script), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#exited = new Promise((resolve) => this.process.once('close', resolve));
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      this.lines.push(line);
      for (const { count, resolve } of this.#waiting) if (this.lines.length >= count) resolve();
    });
    atEnd(() => this.process.kill('SIGKILL'));
  }

  /** Waits until it has printed this number of lines, or is gone. */
  async printed(count: number): Promise<void> {
    if (this.lines.length >= count) return;
    await Promise.race([new Promise<void>((resolve) => this.#waiting.push({ count, resolve })), this.#exited]);
  }

  /** Its exit code, `null` when it was killed. */
  async exit(): Promise<number | null> {
    return this.#exited;
  }

  /** Kills it with SIGKILL; returns its exit code if it had ended before, else `null`. */
  async kill(): Promise<number | null> {
    this.process.kill('SIGKILL');
    return this.#exited;
  }

  /** Tells a waiting command to go on. */
  go(): void {
    this.process.stdin!.end('\n');
  }
}

const STORE_CHILD = new URL('store-child.ts', import.meta.url);

/** Runs one of the commands of store-child.ts. */
export class StoreChild extends Child {
  constructor(...args: readonly string[]) {
    super(STORE_CHILD, args);
  }

  /** With something more in its environment. */
  static with(env: NodeJS.ProcessEnv, ...args: readonly string[]): Child {
    return new Child(STORE_CHILD, args, env);
  }
}
