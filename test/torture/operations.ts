/**
 * What processes do to a store while they may be killed: `operations <operation> <root> <materials> <number>`. Each line printed is a
 * store path that is valid by then, as far as nobody collects garbage. Ends with 0, or 1 and a failure.
 */
import { createReadStream, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryCache, importArchive, openBlobs, Puller } from '../../src/exchange/index.js';
import { parsePublicKey, parseStorePath, type StorePath } from '../../src/formats/index.js';
import { err, unwrap, type Result } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { longGraph } from '../build/long-graph.js';
import { Rig } from '../build/rig.js';
import { ARCHIVE, CACHE, KEY, ROOTS, TREE } from './materials.js';

const [operation = '', root = '', materials = '', number = ''] = process.argv.slice(2);

function say(path: string): void {
  writeSync(1, `${path}\n`);
}

function roots(): StorePath[] {
  return readFileSync(join(materials, ROOTS), 'utf8').trim().split('\n').map((line) => unwrap(parseStorePath(line))); // prettier-ignore
}

const OPERATIONS: Readonly<Record<string, (store: Store) => Promise<Result<unknown>>>> = {
  async add(store) {
    let last: StorePath[] = [];
    for (let n = 0; n < 10; n++) {
      const text = await store.addText(`text-${number}-${n}`, last.join('\n'), last);
      if (!text.ok) return text;
      const tree = await store.addTree(`tree-${number}-${n}`, join(materials, TREE));
      if (!tree.ok) return tree;
      last = [text.value, tree.value];
      last.forEach(say);
    }
    return store.addRoot(`add-${number}`, last[0]!);
  },

  async import(store) {
    const imported = await importArchive(store, createReadStream(join(materials, ARCHIVE)), { believe: true });
    if (imported.ok) imported.value.forEach(say);
    return imported;
  },

  async pull(store) {
    const key = unwrap(parsePublicKey(readFileSync(join(materials, KEY), 'utf8')));
    const cache = new BinaryCache(unwrap(openBlobs(join(materials, CACHE), {})));
    const pulled = await new Puller({ store, caches: [cache], trust: { keys: [key], checkSignatures: true } }).closure(roots());
    if (pulled.ok) roots().forEach(say);
    return pulled;
  },

  async build(store) {
    const rig = await Rig.in(store);
    const { result } = await rig.build([longGraph(rig)]);
    if (!result.ok) return result;
    const [failure] = result.value.failures.values();
    return failure === undefined ? result : err(failure);
  },

  async collect(store) {
    return await store.gc();
  },
};

const opened = Store.open(root, { create: true });
const done = opened.ok ? await OPERATIONS[operation]!(opened.value) : opened;
if (opened.ok) opened.value.close();
if (!done.ok) writeSync(2, `${operation}: ${done.failure.code}: ${done.failure.message}\n`);
process.exit(done.ok ? 0 : 1);
