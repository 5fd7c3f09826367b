import type { NarVisitor } from './visitor.js';

/**
 * The contents of a NAR, as `nix nar ls --json --recursive` prints them, and as in the `.ls` files of binary caches.
 * Source: Nix's `nar-accessor.cc`.
 */
export type NarListing =
  | {
      readonly type: 'regular';
      /** In bytes. */
      readonly size: number;
      readonly executable?: true;
      /** Offset of the contents in the archive. */
      readonly narOffset: number;
    }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'directory'; readonly entries: Readonly<Record<string, NarListing>> };

/**
 * Collects a listing from a parser's events; give it to a `NarParser`, then read `root`. JSON is text, so bytes of
 * names and targets that are not UTF-8 become replacement characters.
 */
export class NarLister implements NarVisitor {
  private readonly directories: Map<string, NarListing>[] = [];
  private readonly names: string[] = [];
  private finished: NarListing | undefined;

  /** The whole listing; `undefined` until the archive has ended. */
  get root(): NarListing | undefined {
    return this.directories.length === 0 ? this.finished : undefined;
  }

  file(executable: boolean, size: number, offset: number): void {
    this.add({ type: 'regular', size, ...(executable ? { executable } : {}), narOffset: offset });
  }

  data(): void {}

  endFile(): void {}

  symlink(target: Uint8Array): void {
    this.add({ type: 'symlink', target: Buffer.from(target).toString() });
  }

  beginDirectory(): void {
    this.directories.push(new Map());
  }

  entry(name: Uint8Array): void {
    this.names.push(Buffer.from(name).toString());
  }

  endEntry(): void {
    this.names.pop();
  }

  endDirectory(): void {
    const entries = this.directories.pop() ?? new Map<string, NarListing>();
    this.add({ type: 'directory', entries: Object.fromEntries(entries) });
  }

  private add(node: NarListing): void {
    const parent = this.directories.at(-1);
    const name = this.names.at(-1);
    if (parent === undefined || name === undefined) this.finished = node;
    else parent.set(name, node);
  }
}

/** Finds the node at a path, `bin/sh` or `/bin/sh`; the root for the empty path. Symlinks are not followed. */
export function findInListing(listing: NarListing, path: string): NarListing | undefined {
  let node: NarListing | undefined = listing;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (node?.type !== 'directory' || !Object.hasOwn(node.entries, name)) return undefined;
    node = node.entries[name];
  }
  return node;
}

/** The listing of one level, as `nix nar ls --json` prints it without `--recursive`: with empty entries. */
export function shallowListing(node: NarListing): unknown {
  if (node.type !== 'directory') return node;
  return { type: 'directory', entries: Object.fromEntries(Object.keys(node.entries).map((name) => [name, {}])) };
}
