/** Sorting and filtering of tables. */

/** What a row is sorted by: numbers by size, texts by their letters; what is not known comes last, either way. */
export type SortKey = string | number | undefined;

/** Rows by a key; rows of one key stay in their order. */
export function sortedBy<Row>(rows: readonly Row[], key: (row: Row) => SortKey, direction: 'ascending' | 'descending'): readonly Row[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows
    .map((row, index) => ({ row, index, by: key(row) }))
    .sort((a, b) => {
      if (a.by === undefined || b.by === undefined) return Number(a.by === undefined) - Number(b.by === undefined) || a.index - b.index;
      return sign * compare(a.by, b.by) || a.index - b.index;
    })
    .map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  // Versions and numbered names: 9 before 10.
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** Rows whose text has every word, in any order; large and small letters are the same. */
export function filtered<Row>(rows: readonly Row[], words: string, textOf: (row: Row) => string): readonly Row[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
