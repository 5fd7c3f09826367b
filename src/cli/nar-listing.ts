/** Prints a listing of a NAR as `nix nar ls` does, except for names that are not plain text. */
import type { NarListing } from '../formats/index.js';
import { visible } from './format.js';

export interface ListingOptions {
  /** Also print modes, sizes and the targets of symlinks. */
  readonly long: boolean;
  /** Also print the contents of directories below. */
  readonly recursive: boolean;
}

/** The lines for a node: a file itself, called `name`, or a directory's entries. */
export function listingLines(node: NarListing, name: string, options: ListingOptions): string[] {
  return node.type === 'directory' ? entryLines(node, '.', options) : [line(node, name, options.long)];
}

function entryLines(directory: NarListing & { type: 'directory' }, prefix: string, options: ListingOptions): string[] {
  return Object.entries(directory.entries).flatMap(([name, entry]) => {
    const path = `${prefix}/${name}`;
    const own = line(entry, path, options.long);
    return options.recursive && entry.type === 'directory' ? [own, ...entryLines(entry, path, options)] : [own];
  });
}

function line(node: NarListing, path: string, long: boolean): string {
  if (!long) return visible(path);
  const size = String(node.type === 'regular' ? node.size : 0).padStart(20);
  switch (node.type) {
    case 'regular':
      return `${node.executable === true ? '-r-xr-xr-x' : '-r--r--r--'} ${size} ${visible(path)}`;
    case 'symlink':
      return `lrwxrwxrwx ${size} ${visible(path)} -> ${visible(node.target)}`;
    case 'directory':
      return `dr-xr-xr-x ${size} ${visible(path)}`;
  }
}
