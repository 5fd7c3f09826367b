/**
 * Strings of the Nix language, in both spellings. A string is a list of pieces: text that stands for itself, and Nix
 * expressions that are interpolated. Source: Nix manual, "String literal", and for the corner cases Nix's `lexer.l` and
 * `stripIndentation` in `parser.y`.
 */

/** A Nix expression to interpolate, such as `stage1.tinycc`. */
export interface Interpolation {
  readonly nix: string;
}

export type Piece = string | Interpolation;

/** Writes a string like a person: in quotes, or as an indented block if it has several lines. */
export function writeString(written: readonly Piece[], indent: number): string {
  const pieces = merge(written);
  const lines = pieces
    .filter((piece) => typeof piece === 'string')
    .join('')
    .split('\n').length;
  if (lines > 2 && canBeIndented(pieces)) return indentedString(pieces, indent);
  return quoted(pieces);
}

/** `"…"`: backslash escapes, everything on one line. */
export function quotedString(pieces: readonly Piece[]): string {
  return quoted(merge(pieces));
}

function quoted(pieces: readonly Piece[]): string {
  const written = pieces.map((piece, index) => {
    if (typeof piece !== 'string') return `\${${piece.nix}}`;
    const escaped = piece.replace(/["\\\n\r\t]/g, (character) => QUOTED_ESCAPES[character] ?? character).replace(/\$(?=\{)/g, '\\$');
    return dollarMeetsInterpolation(pieces, index) ? escaped.replace(/\$$/, '\\$') : escaped;
  });
  return `"${written.join('')}"`;
}

const QUOTED_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * `''…''` over several lines, each `indent + 2` spaces in, the end mark `indent` spaces in. Nix removes the
 * indentation that all lines share, so the text must have a line that starts in the first column: see `canBeIndented`.
 */
function indentedString(pieces: readonly Piece[], indent: number): string {
  const margin = ' '.repeat(indent + 2);
  let written = '';
  let atLineStart = true;
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece !== 'string') {
      written += `${atLineStart ? margin : ''}\${${piece.nix}}`;
      atLineStart = false;
      continue;
    }
    const escaped = escapeIndented(piece, dollarMeetsInterpolation(pieces, index), index === pieces.length - 1);
    // Empty lines stay empty; lines of only spaces also need the margin, because Nix removes it from them as well.
    written += escaped.replace(atLineStart ? /(?<![^\n])(?=[^\n])/g : /(?<=\n)(?=[^\n])/g, margin);
    atLineStart = piece.endsWith('\n');
  }
  return `''\n${written}${atLineStart ? ' '.repeat(indent) : ''}''`;
}

/** A `$` before a brace or an interpolation, and quotes that would pair up with what follows, need an escape. */
function escapeIndented(text: string, beforeInterpolation: boolean, last: boolean): string {
  return text.replace(/\$(?=\{)|\$$(?![^])|'+|\r/g, (found, offset: number) => {
    const end = offset + found.length;
    if (found === '\r') return "''\\r";
    if (found === '$') return text[end] === '{' || beforeInterpolation ? "''$" : '$';
    const pairs = "'''".repeat(Math.floor(found.length / 2));
    if (found.length % 2 === 0) return pairs;
    const next = text[end];
    const escapeFollows = next === '\r' || (next === '$' && (text[end + 1] === '{' || (beforeInterpolation && end + 1 === text.length)));
    return pairs + (escapeFollows || (last && next === undefined) ? "''\\'" : "'");
  });
}

/** Joins neighbouring texts, so escapes across their border are found. */
function merge(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  return merged;
}

/** A `$` as a text's last character would combine with the brace of the next interpolation. */
function dollarMeetsInterpolation(pieces: readonly Piece[], index: number): boolean {
  const next = pieces[index + 1];
  return next !== undefined && typeof next !== 'string';
}

/**
 * True if the block form gives exactly this text: some line begins in the first column, because Nix removes the common
 * indentation; and the last line is not only spaces, because Nix drops such a line.
 */
function canBeIndented(pieces: readonly Piece[]): boolean {
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : '\u{1}')).join('');
  return /(^|\n)[^ \n]/.test(text) && !/(^|\n) +$/.test(text);
}
