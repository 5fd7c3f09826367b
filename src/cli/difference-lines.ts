/** How differences of trees are written on a terminal. */
import type { ContentsDifference, Hunk, TreesDifference } from '../diff/index.js';
import { colour } from './colour.js';
import { formatBytes, formatCount, stripControl } from './format.js';

/** What is different, file by file, and how much is not. */
export function differenceLines({ files, same, cutOff }: TreesDifference): string[] {
  return [
    ...files.flatMap(({ file, what, sizes, contents }) => [
      `${colour.bold(stripControl(file === '' ? '(the whole)' : file))}: ${stripControl(what)}${sizes === undefined ? '' : `, ${formatBytes(sizes[0])} and ${formatBytes(sizes[1])}`}`,
      ...(contents === undefined ? [] : contentsLines(contents, '  ')),
    ]),
    files.length === 0
      ? `no difference in ${formatCount(same, 'file')}`
      : `${cutOff ? `${files.length} or more differences` : formatCount(files.length, 'difference')}; ${formatCount(same, 'file')} ${same === 1 ? 'is' : 'are'} the same`,
  ];
}

function contentsLines(contents: ContentsDifference, indent: string): string[] {
  switch (contents.kind) {
    case 'text':
      return hunkLines(contents.hunks, indent);
    case 'bytes':
      return [`${indent}from byte ${contents.firstOffset} on`, ...hunkLines(contents.rows, indent)];
    case 'large':
      return [`${indent}from byte ${contents.firstOffset} on; too large to be looked into`];
    case 'elf': {
      const { sections, functions } = contents.elf;
      return [
        ...sections.map(({ name, first, second }) => `${indent}section ${stripControl(name)}: ${first ?? 'no'} and ${second ?? 'no'} bytes`),
        ...(functions ?? []).flatMap(({ name, hunks }) => [`${indent}function ${stripControl(name)}`, ...hunkLines(hunks, `${indent}  `)]),
        ...contentsLines(contents.bytes, indent),
      ];
    }
    case 'parts':
      return contents.parts.flatMap(({ name, what }) =>
        typeof what === 'string'
          ? [`${indent}${stripControl(name)}: ${what}`]
          : [`${indent}${stripControl(name)}`, ...contentsLines(what, `${indent}  `)],
      );
  }
}

function hunkLines(hunks: readonly Hunk[], indent: string): string[] {
  const coloured = { '-': colour.red, '+': colour.green, ' ': (text: string) => text };
  return hunks.flatMap(({ first, second, lines: all }) => [
    `${indent}${colour.dim(`@@ ${first} ${second} @@`)}`,
    ...all.map(({ sign, text }) => `${indent}${coloured[sign](`${sign}${stripControl(text)}`)}`),
  ]);
}
