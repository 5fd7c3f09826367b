/** Follows the journals of a store, including those of other processes. */
import { join } from 'node:path';
import { isAlive, JournalReader, journalsDirectory, listJournals, type RunHeader } from '../build/index.js';
import { RunFolder, type Run } from '../report/index.js';

const WATCHED = 30;

interface Watched {
  readonly reader: JournalReader;
  readonly folder: RunFolder;
  header: RunHeader | undefined;
  run: Run | undefined;
}

export class RunWatcher {
  private readonly directory: string;
  private readonly watched = new Map<string, Watched>();

  constructor(zilchDir: string) {
    this.directory = journalsDirectory(zilchDir);
  }

  /** Reads what is new; returns the runs that changed. Only follows the newest runs. */
  poll(): Run[] {
    const ids = listJournals(this.directory).slice(0, WATCHED);
    for (const id of this.watched.keys()) if (!ids.includes(id)) this.watched.delete(id);
    return ids.flatMap((id) => this.update(id) ?? []);
  }

  /** Newest first. */
  get runs(): Run[] {
    return [...this.watched.values()].flatMap(({ run }) => run ?? []).sort((a, b) => b.startedAt - a.startedAt);
  }

  private update(id: string): Run | undefined {
    let watched = this.watched.get(id);
    if (watched === undefined) {
      watched = { reader: new JournalReader(join(this.directory, `${id}.jsonl`)), folder: new RunFolder(id), header: undefined, run: undefined };
      this.watched.set(id, watched);
    }
    // A run that has ended, or whose process is gone, writes nothing more.
    if (watched.run?.running === false) return undefined;
    let isNews = false;
    for (const line of watched.reader.read()) {
      if (line.type === 'run') watched.header = line;
      watched.folder.add(line);
      isNews = true;
    }
    const wasRunning = watched.run?.running;
    const run = watched.folder.run(watched.header !== undefined && isAlive(watched.header));
    watched.run = run;
    return isNews || run?.running !== wasRunning ? run : undefined;
  }
}
