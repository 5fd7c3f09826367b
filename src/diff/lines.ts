/** Differences of two lists of lines, by Myers' algorithm as the package `diff` has it: docs/decisions/0021-lines-by-npms-diff.md. */
import { diffArrays } from 'diff';

export interface Hunk {
  /** Counted from 1: where the hunk begins in each list. */
  readonly first: number;
  readonly second: number;
  readonly lines: readonly DiffLine[];
}

export interface DiffLine {
  /** ` ` in both, `-` in the first only, `+` in the second only. */
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * With more changed lines than this, the change is shown as a whole, because finding the smallest one would take too
 * long.
 */
const MAX_EDITS = 1500;
const CONTEXT = 3;

/** The changes with three lines around each; none if the lists are equal. */
export function diffLines(a: readonly string[], b: readonly string[]): Hunk[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (start === a.length && start === b.length) return [];
  const middle = editScript(a.slice(start, a.length - end), b.slice(start, b.length - end));
  // Only the lines next to the middle can be shown.
  const from = Math.max(0, start - CONTEXT);
  const lines = [...signed(' ', a.slice(from, start)), ...middle, ...signed(' ', a.slice(a.length - end, a.length - end + CONTEXT))];
  return hunksOf(lines, from);
}

/** Every line of both, in order. */
function editScript(a: string[], b: string[]): DiffLine[] {
  const changes = diffArrays(a, b, { maxEditLength: MAX_EDITS });
  if (changes === undefined) return [...signed('-', a), ...signed('+', b)];
  return changes.flatMap(({ added, removed, value }) => signed(added ? '+' : removed ? '-' : ' ', value));
}

function signed(sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ sign, text }));
}

function hunksOf(lines: readonly DiffLine[], offset: number): Hunk[] {
  const hunks: Hunk[] = [];
  let open: { first: number; second: number; lines: DiffLine[]; lastChange: number } | undefined;
  let [first, second] = [offset + 1, offset + 1];
  const close = (): void => {
    if (open !== undefined) hunks.push({ first: open.first, second: open.second, lines: open.lines.slice(0, open.lastChange + 1 + CONTEXT) });
    open = undefined;
  };
  lines.forEach((line, index) => {
    if (line.sign !== ' ') {
      if (open === undefined) {
        const before = lines.slice(Math.max(0, index - CONTEXT), index);
        open = { first: first - before.length, second: second - before.length, lines: [...before], lastChange: 0 };
      }
      open.lastChange = open.lines.length;
    }
    open?.lines.push(line);
    if (line.sign !== '+') first++;
    if (line.sign !== '-') second++;
    if (open !== undefined && open.lines.length - open.lastChange > 2 * CONTEXT) close();
  });
  close();
  return hunks;
}
