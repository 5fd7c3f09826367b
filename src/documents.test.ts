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
  ...['docs', 'bootstrap', 'examples', 'kit', '.github'].flatMap((folder) => filesBelow(folder, /\.md$/)),
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

  it('quote names of tests in docs/security.md', () => {
    const tests = ['src', 'test'].flatMap((folder) => filesBelow(folder, /\.test\.ts$/)).map((file) => read(file).replaceAll('’', "'"));
    const cells = read('docs/security.md')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').at(-2)!);
    const quoted = cells.flatMap((cell) => [...cell.matchAll(/"([^"]+)"/g)].map(([, name]) => name!.replace(/ ?… ?/, '…')));
    expect(quoted.length).toBeGreaterThan(30);
    expect(quoted.filter((name) => !tests.some((text) => name.split('…').every((part) => text.includes(part))))).toEqual([]);
  });
});
