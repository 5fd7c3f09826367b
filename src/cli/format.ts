/** Text for a terminal. */
export { formatBytes, formatCount, formatMoment, formatSeconds } from '../quantity.js';

/** Cuts a text to a width, `…` in place of its end. Control characters, which would move the cursor, become spaces. */
export function fit(text: string, width: number): string {
  const plain = stripControl(text);
  const characters = Array.from(plain);
  if (characters.length <= width) return plain;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Takes colours and other terminal sequences out of what a build printed. */
export function stripControl(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

/** Like `stripControl`, but keeps line ends. For failures that quote a cache, a mirror or a builder. */
export function stripControlInLines(text: string): string {
  return text.split('\n').map(stripControl).join('\n');
}

/** A file's name as it can be printed in a line: control characters as escapes, `\\u001b`. */
export function visible(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Breaks text into lines no longer than a width, unless a word is longer. All lines but the first are indented. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(/(?<=\S) /);
  let line = first;
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = indent + word.trimStart();
    } else line = `${line} ${word}`;
  }
  return [...lines, line];
}

/** Columns set apart by two spaces, each as wide as its widest cell; the last is not padded. `right` aligns numbers. */
export function formatTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (right.includes(column)) return cell.padStart(width);
        return column === row.length - 1 ? cell : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
