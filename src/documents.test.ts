/** Checks that what the documents name exists: links and their anchors, files, and the tests of docs/security.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CHECKOUT = fileURLToPath(new URL('../', import.meta.url));

const read = (file: string): string => readFileSync(join(CHECKOUT, file), 'utf8');

function filesBelow(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

const DOCUMENTS = [
  ...readdirSync(CHECKOUT).filter((name) => name.endsWith('.md')),
  ...['docs', 'bootstrap', 'evidence', 'examples', 'kit', '.github'].flatMap((folder) => filesBelow(folder, /\.md$/)),
];

/** The text without blocks and spans of code, in which brackets mean something else. */
const prose = (text: string): string => text.replaceAll(/^(?: *```[^]*?^ *```$| {4,}.*$)/gm, '').replaceAll(/(`+)[^]*?\1/g, '');

/** The anchors that GitHub gives to headings. */
function anchors(text: string): ReadonlySet<string> {
  const headings = [...text.replaceAll(/^ *```[^]*?^ *```$/gm, '').matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinks(document: string): readonly string[] {
  const targets = [...prose(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split('#') as [string, string?];
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(CHECKOUT, file))) return true;
      return anchor !== undefined && !anchors(read(file)).has(anchor);
    })
    .map((target) => `${document}: ${target}`);
}

/** The cells of the columns with a heading. */
function cellsUnder(heading: string, text: string): readonly string[] {
  const cells: string[] = [];
  let column: number | undefined;
  for (const line of text.split('\n')) {
    const row = line.startsWith('|') ? line.split('|').map((cell) => cell.trim()) : [];
    if (row.length === 0) column = undefined;
    else if (column === undefined) column = row.indexOf(heading);
    else if (column > 0 && !/^-+$/.test(row[column] ?? '')) cells.push(row[column] ?? '');
  }
  return cells;
}

describe('the documents', () => {
  it('link to files and headings that exist', () => {
    expect(DOCUMENTS.length).toBeGreaterThan(40);
    expect(DOCUMENTS.flatMap(brokenLinks)).toEqual([]);
  });

  it('name files that exist', () => {
    const missing = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/`((?:src|test|docs|bench|bootstrap|examples)\/[\w./+-]+\.[a-z]+)`/g)]
        .map(([, file]) => file!)
        .filter((file) => !file.includes('NAME') && !existsSync(join(CHECKOUT, file)))
        .map((file) => `${document}: ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('exist where code names them', () => {
    const code = ['src', 'test', 'bench', 'bootstrap'].flatMap((folder) => filesBelow(folder, /\.(?:[jt]sx?|[ch])$/));
    const missing = code.flatMap((file) =>
      [...read(file).matchAll(/\bdocs\/[\w./-]+\.md/g)]
        .map(([document]) => document)
        .filter((document) => !existsSync(join(CHECKOUT, document)))
        .map((document) => `${file}: ${document}`),
    );
    expect(missing).toEqual([]);
  });

  it('name in docs/security.md tests that exist, by words that are in them', () => {
    const tests = ['src', 'test'].flatMap((folder) => filesBelow(folder, /\.test\.ts$/));
    const cells = cellsUnder('test', read('docs/security.md')).filter((cell) => cell !== '');
    const wrong: string[] = [];
    let quoted = 0;
    for (const cell of cells) {
      let text: string | undefined;
      for (const [all, words, file, name] of cell.matchAll(/"([^"]+)"|`([^`]+)`|([\w-]+)|[^\s:;,]/g)) {
        if (words === undefined) {
          // A name alone must be one file's.
          const [path, ...others] = tests.filter((test) => test === file || test.endsWith(`/${name ?? ''}.test.ts`));
          text = path === undefined || others.length > 0 ? undefined : read(path).replaceAll('’', "'");
          if (text === undefined) wrong.push(`no test, or several: ${all}`);
        } else {
          quoted++;
          if (!words.split(/ ?… ?/).every((part) => text?.includes(part) === true)) wrong.push(`not in its test: ${all}`);
        }
      }
      if (text === undefined) wrong.push(`no test: ${cell}`);
    }
    expect(wrong).toEqual([]);
    expect(quoted).toBeGreaterThan(90);
  });
});
