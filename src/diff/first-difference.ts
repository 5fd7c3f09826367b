import { compareNodes, describeDifference } from './nodes.js';
import { readPart } from './plain-file.js';

/** Where two trees differ first. */
export interface TreeDifference {
  /** Below the trees' tops, `bin/tcc`; empty for the tops themselves. Bytes that are not UTF-8 show as U+FFFD. */
  readonly file: string;
  /** `contents from byte 17`, `only in the first`, `file and directory`. */
  readonly what: string;
  /** Of files that differ in contents: some bytes of each from there on, in hexadecimal, none where it ends. */
  readonly bytes?: { readonly offset: number; readonly first: string; readonly second: string };
}

/** How many bytes to show from where two files differ. */
const SHOWN_BYTES = 8;

/** The first difference of two trees or files in the order of names, or `undefined`. */
export function firstDifference(first: string, second: string): TreeDifference | undefined {
  for (const { file, differences, ...at } of compareNodes(first, second)) {
    const difference = differences[0];
    if (difference === undefined) continue;
    const what = describeDifference(difference);
    if (difference.kind !== 'contents') return { file, what };
    const { offset } = difference;
    const shown = (path: Buffer): string => readPart(path, offset, SHOWN_BYTES).toString('hex');
    return { file, what, bytes: { offset, first: shown(at.first), second: shown(at.second) } };
  }
  return undefined;
}
