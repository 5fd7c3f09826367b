import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Local } from '../recipe/index.js';

/** All that a store would hold of a local file or directory, as one run of bytes: the same bytes, the same tree. */
export function treeBytes({ url, only }: Local): Buffer {
  const pieces: Buffer[] = [];
  add(fileURLToPath(url), only, pieces);
  return Buffer.concat(pieces);
}

function add(path: string, only: readonly string[] | undefined, pieces: Buffer[]): void {
  const state = lstatSync(path);
  const tell = (kind: string, contents: Buffer): void => void pieces.push(Buffer.from(`${kind} ${contents.length} `), contents);
  if (state.isDirectory()) {
    const names = readdirSync(path).filter((name) => only === undefined || only.includes(name));
    tell('directory', Buffer.from(names.sort().join('/')));
    for (const name of names) add(join(path, name), undefined, pieces);
  } else if (state.isSymbolicLink()) tell('link', readlinkSync(path, 'buffer'));
  else if (state.isFile()) tell((state.mode & 0o111) === 0 ? 'file' : 'program', readFileSync(path));
  else throw new Error(`${path} is neither file, directory nor link`);
}
