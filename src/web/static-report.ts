/** The explorer as files that need no server: the page, all its data, and the pictures by themselves. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReportedChain } from '../inspect/index.js';
import { drawGraph, drawTimeline, svgFile, timelineOf, type Run } from '../report/index.js';
import { ok, type Result } from '../result.js';
import { attemptAsync } from '../store/index.js';
import { assets } from './assets.js';
import { Resources, type ChainResource } from './resources.js';
import { dataFileName } from './data-file-name.js';

export interface WrittenReport {
  readonly files: number;
  readonly bytes: number;
}

const TIMELINE_WIDTH = 960;

/** Writes a report into a directory, which is made when it is not there; what lies there under other names stays. */
export async function writeReport(subject: ReportedChain, directory: string): Promise<Result<WrittenReport>> {
  const resources = new Resources(subject);
  const keys = await resources.keys();
  if (!keys.ok) return keys;
  const made = await attemptAsync('make the directory', directory, () => mkdir(join(directory, 'data'), { recursive: true }));
  if (!made.ok) return made;

  let [files, bytes] = [0, 0];
  const write = async (name: string, text: string): Promise<Result<void>> => {
    files++;
    bytes += Buffer.byteLength(text);
    return attemptAsync('write', join(directory, name), () => writeFile(join(directory, name), text));
  };
  for (const { name, body } of assets(true)) {
    const written = await write(name, body);
    if (!written.ok) return written;
  }
  for (const key of keys.value) {
    const found = await resources.get(key);
    // A log that vanished meanwhile is one that is not there.
    if (!found.ok && found.failure.code === 'E_NOT_FOUND') continue;
    if (!found.ok) return found;
    // A script, because a page that was opened as a file may not read other files in any other way.
    const written = await write(`data/${dataFileName(key)}`, `zilchData(${JSON.stringify(key)}, ${JSON.stringify(found.value)});\n`);
    if (!written.ok) return written;
    for (const [name, text] of pictures(key, found.value)) {
      const drawn = await write(name, text);
      if (!drawn.ok) return drawn;
    }
  }
  return ok({ files, bytes });
}

function pictures(key: string, value: unknown): (readonly [string, string])[] {
  if (key === 'chain') {
    const { report, layout } = value as ChainResource;
    return [['graph.svg', svgFile(drawGraph(report, layout))]];
  }
  const longest = key === 'runs' ? longestOf(value as readonly Run[]) : undefined;
  return longest === undefined ? [] : [['timeline.svg', svgFile(drawTimeline(timelineOf(longest), TIMELINE_WIDTH, longest.cores))]];
}

function longestOf(runs: readonly Run[]): Run | undefined {
  return [...runs].sort((a, b) => b.lastAt - b.startedAt - (a.lastAt - a.startedAt))[0];
}
