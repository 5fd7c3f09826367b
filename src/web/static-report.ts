/** The explorer as files that need no server: the page, all its data, and the pictures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawGraph, drawTimeline, layoutChain, partOf, svgFile, timelineOf, type ChainReport, type Run } from '../report/index.js';
import { ok, type Result } from '../result.js';
import { attempt, attemptAsync, makeDirectory } from '../store/index.js';
import { assets } from './assets.js';
import { Resources, type ChainResource, type ExploredChain } from './resources.js';
import { dataFileName } from './data-file-name.js';

export interface WrittenReport {
  readonly files: number;
  readonly bytes: number;
}

const TIMELINE_WIDTH = 960;

export interface ReportOptions {
  /** Write the pictures, and no page. */
  readonly picturesOnly: boolean;
  /** Draw only what these recipes need; everything if empty. */
  readonly of: readonly string[];
}

/** Writes a report into a directory, which is made when it is not there; what lies there under other names stays. */
export async function writeReport(subject: ExploredChain, directory: string, { picturesOnly, of }: ReportOptions): Promise<Result<WrittenReport>> {
  const resources = new Resources(subject);
  const chain = await resources.chain();
  if (!chain.ok) return chain;
  const made = attempt('make the directory', directory, () => {
    makeDirectory(picturesOnly ? directory : join(directory, 'data'));
  });
  if (!made.ok) return made;
  // Each is written before the next is made, because all logs of a chain are too much for one process.
  let [files, bytes] = [0, 0];
  const write = (name: string, text: string): Promise<Result<void>> => {
    files++;
    bytes += Buffer.byteLength(text);
    return attemptAsync('write', join(directory, name), () => writeFile(join(directory, name), text));
  };
  for (const [name, text] of await pictures(chain.value, resources.runs(), of)) {
    const written = await write(name, text);
    if (!written.ok) return written;
  }
  if (picturesOnly) return ok({ files, bytes });
  for (const { name, body } of assets(true)) {
    const written = await write(name, body);
    if (!written.ok) return written;
  }
  const keys = await resources.keys();
  if (!keys.ok) return keys;
  for (const key of keys.value) {
    const found = await resources.get(key);
    // A log that vanished meanwhile counts as missing.
    if (!found.ok && found.failure.code === 'E_NOT_FOUND') continue;
    if (!found.ok) return found;
    // A script, because a page opened as a file can read other files only as scripts.
    const written = await write(`data/${dataFileName(key)}`, `zilchData(${JSON.stringify(key)}, ${JSON.stringify(found.value)});\n`);
    if (!written.ok) return written;
  }
  return ok({ files, bytes });
}

async function pictures({ report, layout }: ChainResource, runs: readonly Run[], of: readonly string[]): Promise<(readonly [string, string])[]> {
  const part: ChainReport = of.length === 0 ? report : partOf(report, of);
  const graph = svgFile(drawGraph(part, of.length === 0 ? layout : await layoutChain(part)));
  const largest = largestOf(runs);
  return [
    ['graph.svg', graph],
    ...(largest === undefined ? [] : [['timeline.svg', svgFile(drawTimeline(timelineOf(largest), TIMELINE_WIDTH, largest.cores))] as const]),
  ];
}

/** The successful run that built the most; a failed run only if there is no other. */
function largestOf(runs: readonly Run[]): Run | undefined {
  const wentWell = runs.filter(({ summary }) => summary?.failed === 0);
  const weight = ({ summary, startedAt, lastAt }: Run): readonly [number, number] => [summary?.built ?? 0, lastAt - startedAt];
  return [...(wentWell.length > 0 ? wentWell : runs)].sort((a, b) => weight(b)[0] - weight(a)[0] || weight(b)[1] - weight(a)[1])[0];
}
