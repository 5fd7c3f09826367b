/**
 * Differences of two lists of lines. Source of the algorithm: Myers, "An O(ND) Difference Algorithm and Its
 * Variations", 1986, the greedy one.
 */

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
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ sign: ' ', text }));
  // Only the lines next to the middle can be shown.
  const from = Math.max(0, start - CONTEXT);
  const lines = [...same(a.slice(from, start)), ...middle, ...same(a.slice(a.length - end, a.length - end + CONTEXT))];
  return hunksOf(lines, from);
}

/** Every line of both, in order. */
function editScript(a: readonly string[], b: readonly string[]): DiffLine[] {
  const trace = shortestEdit(a, b);
  if (trace === undefined) return [...a.map((text): DiffLine => ({ sign: '-', text })), ...b.map((text): DiffLine => ({ sign: '+', text }))];
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const furthest = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const previousX = d === 0 ? 0 : furthest.get(down ? k + 1 : k - 1)!;
    const previousY = d === 0 ? 0 : previousX - (down ? k + 1 : k - 1);
    while (x > previousX && y > previousY) {
      lines.push({ sign: ' ', text: a[--x]! });
      y--;
    }
    if (d === 0) break;
    lines.push(down ? { sign: '+', text: b[--y]! } : { sign: '-', text: a[--x]! });
  }
  return lines.reverse();
}

/** For each number of edits, how far each diagonal had reached before it; `undefined` if there are too many edits. */
function shortestEdit(a: readonly string[], b: readonly string[]): ReadonlyMap<number, number>[] | undefined {
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_EDITS); d++) {
    trace.push(new Map([...furthest].filter(([k]) => Math.abs(k) <= d + 1)));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
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
