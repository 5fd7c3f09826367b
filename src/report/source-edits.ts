/**
 * Changes that recipes make to sources, with their reasons, written in one of two ways:
 *
 * - in a script, `edit FILE OLD NEW` or `sed -i …`; the reason is the comment above, up to an empty line;
 * - in C, an entry `{ "file", "why", "old", "new" }` of a table `struct edit NAME[]`.
 *
 * Patches are separate files, whose first lines give the reason.
 */
export interface SourceEdit {
  /** The changed file; empty if only the command names it. */
  readonly file: string;
  /** Empty if none is given. */
  readonly reason: string;
  readonly change: { readonly old: string; readonly new: string } | { readonly command: string };
}

/**
 * The changes that a shell script makes, in its order. Words are shown as written, because the values of variables are
 * not known.
 */
export function editsOfScript(script: string): SourceEdit[] {
  return commandsOf(script).flatMap(({ words, text, reason }): SourceEdit[] => {
    const [program, file, old, replacement] = words;
    if (program === 'edit' && file !== undefined && old !== undefined && replacement !== undefined)
      return [{ file, reason, change: { old, new: replacement } }];
    const inPlace = program === 'sed' && words.some((word) => /^-[a-zA-Z]*i/.test(word));
    return inPlace ? [{ file: '', reason, change: { command: text } }] : [];
  });
}

interface ShellCommand {
  /** Words without their quotes. */
  readonly words: readonly string[];
  readonly text: string;
  /** The comment above it or above its paragraph. */
  readonly reason: string;
}

/** The simple commands of a script. Grammar: POSIX Shell Command Language, 2.2 and 2.3, for words only. */
function commandsOf(script: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let reason: string[] = [];
  let afterComment = false;
  let words: string[] = [];
  let start = 0;
  const end = (at: number): void => {
    if (words.length > 0) commands.push({ words, text: script.slice(start, at).trim(), reason: reason.join(' ') });
    words = [];
  };
  for (let at = 0; at < script.length;) {
    const character = script[at]!;
    if (/[\n;&|()]/.test(character)) {
      end(at);
      const paragraph = /\n[ \t]*\n/y;
      paragraph.lastIndex = at;
      if (paragraph.test(script)) reason = [];
      at++;
    } else if (/\s/.test(character)) at++;
    else if (character === '\\' && script[at + 1] === '\n') at += 2;
    else if (character === '#') {
      const lineEnd = endOfLine(script, at);
      // A comment after a command is about that command, and a comment below a command starts a new one.
      if (words.length === 0) reason = [...(afterComment ? reason : []), script.slice(at + 1, lineEnd).trim()];
      afterComment = words.length === 0;
      at = lineEnd;
      continue;
    } else {
      if (words.length === 0) start = at;
      const word = readWord(script, at);
      words.push(word.value);
      at = word.end;
      afterComment = false;
    }
  }
  end(script.length);
  return commands;
}

function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found === -1 ? text.length : found;
}

function readWord(script: string, from: number): { readonly value: string; readonly end: number } {
  let value = '';
  let at = from;
  while (at < script.length && !/[\s;&|()]/.test(script[at]!)) {
    const character = script[at]!;
    if (character === "'") {
      const close = script.indexOf("'", at + 1);
      const stop = close === -1 ? script.length : close;
      value += script.slice(at + 1, stop);
      at = stop + 1;
    } else if (character === '"') {
      for (at++; at < script.length && script[at] !== '"'; at++) {
        if (script[at] === '\\' && /[$`"\\\n]/.test(script[at + 1] ?? '')) at++;
        value += script[at] ?? '';
      }
      at++;
    } else if (character === '\\') {
      value += script[at + 1] === '\n' ? '' : (script[at + 1] ?? '');
      at += 2;
    } else if (character === '$' && script[at + 1] === '(') {
      const stop = endOfSubstitution(script, at + 2);
      value += script.slice(at, stop);
      at = stop;
    } else {
      value += character;
      at++;
    }
  }
  return { value, end: at };
}

function endOfSubstitution(script: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; at < script.length && depth > 0; at++) depth += script[at] === '(' ? 1 : script[at] === ')' ? -1 : 0;
  return at;
}

/** The changes in the tables of a C file. */
export function editsOfTables(source: string): SourceEdit[] {
  return [...source.matchAll(/\bstruct edit \w+\[\]\s*=\s*\{/g)].flatMap((table) => {
    const edits: SourceEdit[] = [];
    let strings: string[] = [];
    let adjacent = false;
    let depth = 1;
    const tokens = /"((?:[^"\\\n]|\\[^])*)"|\/\*[^]*?\*\/|[{},]|\w+/g;
    tokens.lastIndex = table.index + table[0].length;
    for (let token = tokens.exec(source); token !== null && depth > 0; token = tokens.exec(source)) {
      const [text, literal] = token;
      if (literal !== undefined) {
        strings = adjacent ? [...strings.slice(0, -1), strings.at(-1)! + unescape(literal)] : [...strings, unescape(literal)];
        adjacent = true;
        continue;
      }
      if (!text.startsWith('/*')) adjacent = false;
      if (text === '{') depth++;
      if (text !== '}') continue;
      depth--;
      const [file, reason, old, replacement] = strings;
      if (file !== undefined && reason !== undefined && old !== undefined && replacement !== undefined)
        edits.push({ file, reason, change: { old, new: replacement } });
      strings = [];
    }
    return edits;
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', f: '\f', v: '\v', b: '\b', '\n': '' };

/** A C string literal's contents; octal and hexadecimal bytes as Latin-1. Source: C11, 6.4.4.4. */
function unescape(literal: string): string {
  return literal.replace(/\\(x[0-9a-fA-F]+|[0-7]{1,3}|[^])/g, (_, escape: string) =>
    /^[x0-7]/.test(escape) && escape !== 'x'
      ? String.fromCharCode(escape.startsWith('x') ? parseInt(escape.slice(1), 16) : parseInt(escape, 8))
      : (ESCAPES[escape] ?? escape),
  );
}
