/** What test processes do to a store: `store-child.ts <command> <root> <argument…>`. Each line printed is something done. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StorePath } from '../../src/formats/index.js';
import { ok, ThrownFailure, unwrap, type Result } from '../../src/result.js';
import { Store } from '../../src/store/index.js';

const [command = '', root = '', ...args] = process.argv.slice(2);
const store = unwrap(Store.open(root, { create: true }));

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** In one line. */
async function outcomeOf(act: () => Promise<Result<unknown>>): Promise<string> {
  let result: Result<unknown>;
  try {
    result = await act();
  } catch (error) {
    if (!(error instanceof ThrownFailure)) return `defect: ${String(error)}`;
    result = { ok: false, failure: error.failure };
  }
  return result.ok ? 'ok' : `${result.failure.code}: ${result.failure.message} (${result.failure.hint ?? ''})`;
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  /** Adds texts, files and trees for as long as it lives, each referring to the last; prints what is valid. */
  async add() {
    const [seed = '', source = ''] = args;
    let last: StorePath[] = [];
    for (let n = 0; ; n++) {
      const text = unwrap(await store.addText(`text-${seed}-${n}`, `${n} ${last.join(' ')}`, last));
      say(text);
      say(unwrap(await store.addTree(`tree-${seed}-${n}`, source)));
      say(unwrap(await store.addFlatFile(`file-${seed}-${n}`, join(source, 'large'))));
      last = [text];
    }
  },

  /** Adds the same `count` texts as any other process of this command. */
  async addSame() {
    for (let n = 0; n < Number(args[0]); n++) say(unwrap(await store.addText(`same-${n}`, `${n}`, [])));
  },

  /** Adds one to the number in a file, many times, reading and writing apart, under a lock. */
  async count() {
    const [key = '', file = '', times = ''] = args;
    for (let n = 0; n < Number(times); n++) {
      unwrap(
        await store.withLock(key, async () => {
          const value = Number(readFileSync(file, 'utf8'));
          await new Promise((resolve) => setTimeout(resolve, 1));
          writeFileSync(file, String(value + 1));
          return ok(undefined);
        }),
      );
    }
  },

  /** Takes a lock, prints, and holds it until told to go on. */
  async hold() {
    unwrap(
      await store.withLock(args[0]!, async () => {
        say('held');
        await once(process.stdin, 'data');
        return ok(undefined);
      }),
    );
  },

  /** Makes temporary roots and a temporary directory, prints the latter, and waits. */
  async use() {
    for (const path of args) unwrap(await store.addTempRoot(path as StorePath));
    say(unwrap(store.tempDir()));
    await once(process.stdin, 'data');
  },

  /** Adds texts while somebody collects garbage; whatever it was told is valid must be there until it ends. */
  async addGuarded() {
    const paths: StorePath[] = [];
    for (let n = 0; n < Number(args[0]); n++) {
      const path = unwrap(await store.addText(`guarded-${n}`, `${n}`, paths.slice(-1)));
      paths.push(path);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const lost = paths.filter((path) => !store.isValid(path) || !existsSync(store.hostPath(path)));
    say(`lost ${lost.length} of ${paths.length}`);
  },

  /** Keeps the database's write lock for a while. */
  async write() {
    const database = new DatabaseSync(store.layout.dbFile);
    database.exec('begin immediate');
    say('writing');
    await new Promise((resolve) => setTimeout(resolve, 400));
    database.exec("insert into ValidPaths (path, hash, registrationTime) values ('/nix/store/x', 'sha256:0', 0)");
    say('written');
    database.exec('commit');
    database.close();
  },

  /** When told to go on, prints what comes of reading, of adding, and of opening the store once more. */
  async touch() {
    say('open');
    await once(process.stdin, 'data');
    say(await outcomeOf(() => Promise.resolve(ok(store.allPaths()))));
    say(await outcomeOf(() => store.addText('more', 'more')));
    say(await outcomeOf(() => Promise.resolve(Store.open(root))));
  },

  /** Collects garbage again and again. */
  async collect() {
    for (;;) {
      unwrap(await store.gc());
      say('collected');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },

  /** Adds the same things again and again, each time collecting them as garbage but for the last. */
  async addAndCollect() {
    for (let n = 0; ; n++) {
      const own = unwrap(Store.open(root));
      const text = unwrap(await own.addText(`text-${n % 5}`, `${n % 5}`));
      unwrap(own.addRoot('last', unwrap(await own.addTree(`tree-${n % 3}`, args[0]!))));
      unwrap(await own.addText(`user-${n % 5}`, text, [text]));
      own.close();
      unwrap(await store.gc());
      say('collected');
    }
  },

  /** Makes stores below this one's root, and prints the name of each. */
  async make() {
    mkdirSync(join(root, 'stores'));
    for (let n = 0; ; n++) {
      const made = unwrap(Store.open(join(root, 'stores', String(n)), { create: true }));
      made.close();
      say(String(n));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },

  /** One collection, printing each path that is gone. */
  async collectOnce() {
    unwrap(await store.gc({ onDelete: say }));
  },
};

await COMMANDS[command]!();
store.close();
