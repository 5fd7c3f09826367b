/** Runs as their journals tell of them. */
import { join } from 'node:path';
import { isAlive, JournalReader } from '../build/index.js';
import { RunFolder, type Run } from '../report/index.js';

/** A run of a directory of journals; `undefined` when its journal does not say who wrote it. */
export function readRun(directory: string, id: string): Run | undefined {
  const folder = new RunFolder(id);
  let alive = false;
  for (const line of new JournalReader(join(directory, `${id}.jsonl`)).read()) {
    if (line.type === 'run') alive = isAlive(line);
    folder.add(line);
  }
  return folder.run(alive);
}
