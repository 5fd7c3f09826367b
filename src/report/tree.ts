/** Graphs as trees: of needs, of references. */

/** One line of a tree that is made of a graph. */
export interface TreeLine {
  readonly depth: number;
  readonly id: string;
  /** What stands below it stands where it came first. */
  readonly seenBefore: boolean;
}

/** A graph as a tree: what several need is unfolded once. `below` gives a node's branches. */
export function treeOf(root: string, below: (id: string) => readonly string[]): readonly TreeLine[] {
  const seen = new Set<string>();
  const lines: TreeLine[] = [];
  // Chains may be deeper than the stack: what is still to come lies in a list.
  const open: { readonly id: string; readonly depth: number }[] = [{ id: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const branches = below(next.id);
    lines.push({ ...next, seenBefore: seen.has(next.id) && branches.length > 0 });
    if (seen.has(next.id)) continue;
    seen.add(next.id);
    for (const id of [...branches].reverse()) open.push({ id, depth: next.depth + 1 });
  }
  return lines;
}

export interface SizedLine extends TreeLine {
  /** Bytes of it alone. */
  readonly own: number;
  /** Bytes of it and all that it refers to, each once. */
  readonly whole: number;
}

/** A store path and all that it refers to, as a tree: the largest branch first. `paths` are those of its closure. */
export function closureTree(
  root: string,
  paths: readonly { readonly path: string; readonly narSize: number; readonly references: readonly string[] }[],
): readonly SizedLine[] {
  const byPath = new Map(paths.map((one) => [one.path, one]));
  const own = (path: string): number => byPath.get(path)?.narSize ?? 0;
  const wholes = new Map<string, number>();
  const whole = (path: string): number => {
    const known = wholes.get(path);
    if (known !== undefined) return known;
    const reached = new Set([path]);
    for (const one of reached) for (const reference of byPath.get(one)?.references ?? []) reached.add(reference);
    const sum = [...reached].reduce((total, one) => total + own(one), 0);
    wholes.set(path, sum);
    return sum;
  };
  const below = (path: string): string[] =>
    (byPath.get(path)?.references ?? []).filter((reference) => reference !== path).sort((a, b) => whole(b) - whole(a));
  return treeOf(root, below).map((line) => ({ ...line, own: own(line.id), whole: whole(line.id) }));
}
