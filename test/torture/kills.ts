/**
 * Processes that build, add, import, pull and collect garbage on one store: one that is killed at some moment, or many at once of which
 * some are. Afterwards every byte of what is registered is right, what was reported is there unless garbage was collected, and those
 * that were not killed have ended well.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { removeTreeSync, Store } from '../../src/store/index.js';
import { must, type Counts } from './counts.js';
import { compileOperations, makeMaterials } from './materials.js';
import { Random } from './random.js';

export interface KillOptions {
  readonly seed: number;
  readonly counts: Counts;
  /** Whether `nix-store` can be asked. */
  readonly withNix: boolean;
  /** Whether builds can be sandboxed here. */
  readonly withBuilds: boolean;
}

/** After this many rounds a new store replaces the old one, so stores are also created, and do not grow for ever. */
const ROUNDS_OF_A_STORE = 15;
const NIX_AFTER_ROUNDS = 5;
const MOST_AT_ONCE = 8;

interface Ended {
  readonly status: number | null;
  readonly seconds: number;
  readonly reported: readonly string[];
  readonly said: string;
}

export class KillCampaign {
  readonly #work = mkdtempSync(join(tmpdir(), 'zilch-torture-'));
  readonly #operations: readonly [string, ...string[]];
  /** How long each takes when it is not killed, in seconds, as it was the last time. */
  readonly #lengths = new Map<string, number>();
  #program: Awaited<ReturnType<typeof compileOperations>> | undefined;
  #rounds = 0;
  #root = '';

  constructor(private readonly options: KillOptions) {
    this.#operations = ['add', 'import', 'pull', 'collect', ...(options.withBuilds ? ['build'] : [])];
  }

  async prepare(): Promise<void> {
    this.#program = await compileOperations();
    await makeMaterials(this.#work, new Random(this.options.seed));
  }

  close(): void {
    this.#program?.remove();
    removeTreeSync(this.#work);
  }

  /** What is done is the same for the same seed and number; the moment is as near to it as the machine allows. */
  async run(number: number): Promise<void> {
    const random = new Random(this.options.seed, number);
    if (this.#rounds++ % ROUNDS_OF_A_STORE === 0) this.#renew(number);
    const isCrowd = random.oneIn(4);
    const operations = Array.from({ length: isCrowd ? 2 + random.below(MOST_AT_ONCE - 1) : 1 }, () => random.pick(this.#operations));
    // Half of a crowd is killed, at moments of its own; alone, all but some.
    const ended = await Promise.all(
      operations.map((operation, index) => {
        const isKilled = isCrowd ? random.oneIn(2) : !random.oneIn(6) || !this.#lengths.has(operation);
        const share = random.below(1000) / 1000;
        const length = this.#lengths.get(operation);
        // Nothing is known of the first of each kind, which is let go on to its end.
        return this.#operate(operation, `${number}-${index}`, isKilled && length !== undefined ? share * length * 1.1 : undefined);
      }),
    );
    await this.#look(operations, ended);
    this.options.counts.add(
      isCrowd ? `crowds of up to ${MOST_AT_ONCE} processes on one store: sound afterwards` : 'processes alone: store sound afterwards',
    );
  }

  #renew(number: number): void {
    if (this.#root !== '') removeTreeSync(this.#root);
    this.#root = join(this.#work, `store-${number}`);
  }

  #operate(operation: string, name: string, killAfter: number | undefined): Promise<Ended> {
    const started = performance.now();
    const child = spawn(process.execPath, [this.#program!.program, operation, this.#root, this.#work, name], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    if (killAfter !== undefined) void sleep(killAfter * 1000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        const seconds = (performance.now() - started) / 1000;
        const { counts } = this.options;
        if (signal === 'SIGKILL') counts.add(`killed while it should ${operation}`);
        else {
          counts.add(`left to ${operation} to the end`);
          this.#lengths.set(operation, seconds);
        }
        // The last line may be torn: it was not reported.
        resolve({ status, seconds, reported: output.stdout.split('\n').slice(0, -1), said: output.stderr });
      });
    });
  }

  async #look(operations: readonly string[], ended: readonly Ended[]): Promise<void> {
    for (const [index, { status, said }] of ended.entries()) {
      must(status === null || status === 0, `${operations[index] ?? ''} ended with ${String(status)} in spite of nothing but others: ${said}`);
    }
    const opened = Store.open(this.#root);
    if (!opened.ok) {
      must(opened.failure.code === 'E_NO_STORE' && ended.every(({ reported }) => reported.length === 0), `the store cannot be opened: ${opened.failure.message}`); // prettier-ignore
      return;
    }
    const store = opened.value;
    try {
      const { defects, checkedCount } = unwrap(await store.verify({ contents: true }));
      must(defects.length === 0, `registered and not right: ${defects.map(({ failure }) => failure.message).join('; ')}`);
      this.options.counts.add('paths looked at to the byte', checkedCount);
      if (!operations.includes('collect')) {
        const lost = ended.flatMap(({ reported }) => reported).filter((path) => !store.isValid(path as StorePath));
        must(lost.length === 0, `reported and lost: ${lost.join(' ')}`);
      }
    } finally {
      store.close();
    }
    if (this.options.withNix && this.#rounds % NIX_AFTER_ROUNDS === 0) this.#askNix();
  }

  #askNix(): void {
    const { status, stderr } = spawnSync('nix-store', ['--store', this.#root, '--verify', '--check-contents'], { encoding: 'utf8' });
    must(status === 0, `Nix finds that the store is not sound: ${stderr}`);
    this.options.counts.add('stores that Nix finds sound to the byte');
  }
}
