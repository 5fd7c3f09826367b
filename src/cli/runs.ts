/** Runs, as their journals record them. */
import { join } from 'node:path';
import { isAlive, JournalReader } from '../build/index.js';
import { RunFolder, type Run } from '../report/index.js';

/** A run from a directory of journals; `undefined` if its journal does not say which program wrote it. */
export function readRun(directory: string, id: string): Run | undefined {
  const folder = new RunFolder(id);
  let alive = false;
  for (const line of new JournalReader(join(directory, `${id}.jsonl`)).read()) {
    if (line.type === 'run') alive = isAlive(line);
    folder.add(line);
  }
  return folder.run(alive);
}
