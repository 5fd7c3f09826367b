import { colour } from './colour.js';
import type { PathFacts } from '../store/index.js';
import type { PinComparison } from '../verify/index.js';
import { formatBytes, formatSeconds, formatTable } from './format.js';

/** One output as the table shows it. */
export interface TableRow {
  readonly key: string;
  readonly info: PathFacts;
  /** How long its build took; `undefined` when it was there before, or was fetched. */
  readonly seconds: number | undefined;
  readonly pinned: PinComparison;
}

const COLOUR: Readonly<Record<PinComparison, (text: string) => string>> = {
  same: colour.green,
  new: colour.yellow,
  different: (text) => colour.bold(colour.red(text)),
};
const WORD: Readonly<Record<PinComparison, string>> = { same: 'same', new: 'new', different: 'DIFFERENT' };

/** The table at the end of a build: output, size, time, comparison with the pin, store path. */
export function outputTable(rows: readonly TableRow[], width: number): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ key, info, seconds, pinned }) => [
    key,
    formatBytes(info.narSize),
    seconds !== undefined ? formatSeconds(seconds) : info.ultimate ? 'built before' : 'fetched',
    WORD[pinned],
    info.path,
  ]);
  const header = ['output', 'size', 'time', 'pinned', 'store path'];
  const wide = formatTable([header, ...cells], [1, 2]);
  const fits = wide.every((line) => line.length <= width);
  // On a narrow terminal each path gets a line of its own, so that it can still be copied.
  const lines = fits ? wide : formatTable([header.slice(0, 4), ...cells.map((row) => row.slice(0, 4))], [1, 2]);
  return lines.flatMap((line, index) => {
    if (index === 0) return [colour.dim(line)];
    const { pinned, info } = rows[index - 1]!;
    const word = WORD[pinned];
    const at = fits ? line.lastIndexOf(word, line.length - info.path.length - 1) : line.lastIndexOf(word);
    const coloured = `${line.slice(0, at)}${COLOUR[pinned](word)}${line.slice(at + word.length)}`;
    return fits ? [coloured] : [coloured, `  ${info.path}`];
  });
}
