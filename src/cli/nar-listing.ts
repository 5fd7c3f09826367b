/** What is in a NAR, without its files' bytes: what `nix nar ls` shows. */
import { NarParser, NarWriter, type NarVisitor } from '../formats/index.js';
import { err, ok, type Result } from '../result.js';
import { ioFailure } from '../store/index.js';

/** A node of a listing. Names and targets are shown as UTF-8; bytes that are not show as U+FFFD. */
export type ListedNode =
  | { readonly kind: 'file'; readonly executable: boolean; readonly size: number; readonly narOffset: number }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory'; readonly entries: Map<string, ListedNode> };

type ListedDirectory = Extract<ListedNode, { kind: 'directory' }>;

/** Reads a NAR that comes in pieces; `name` is for messages. */
export async function readListing(source: AsyncIterable<Buffer>, name: string): Promise<Result<ListedNode>> {
  const collector = new Collector();
  const parser = new NarParser(collector);
  try {
    for await (const chunk of source) {
      const pushed = parser.push(chunk);
      if (!pushed.ok) return pushed;
    }
  } catch (error) {
    return err(ioFailure('read', name, error));
  }
  const ended = parser.end();
  return ended.ok ? ok(collector.root!) : ended;
}

class Collector implements NarVisitor {
  root: ListedNode | undefined;
  private readonly open: ListedDirectory[] = [];
  private name = '';
  // Writes the archive again, to nowhere: its size so far is the offset.
  private readonly writer = new NarWriter(() => undefined);

  file(executable: boolean, size: number): void {
    this.writer.file(executable, size);
    this.add({ kind: 'file', executable, size, narOffset: this.writer.size });
  }
  data(bytes: Uint8Array): void {
    this.writer.data(bytes);
  }
  endFile(): void {
    this.writer.endFile();
  }
  symlink(target: Uint8Array): void {
    this.writer.symlink(target);
    this.add({ kind: 'symlink', target: Buffer.from(target).toString() });
  }
  beginDirectory(): void {
    this.writer.beginDirectory();
    const directory: ListedDirectory = { kind: 'directory', entries: new Map() };
    this.add(directory);
    this.open.push(directory);
  }
  entry(name: Uint8Array): void {
    this.writer.entry(name);
    this.name = Buffer.from(name).toString();
  }
  endEntry(): void {
    this.writer.endEntry();
  }
  endDirectory(): void {
    this.writer.endDirectory();
    this.open.pop();
  }

  private add(node: ListedNode): void {
    this.root ??= node;
    this.open.at(-1)?.entries.set(this.name, node);
  }
}

/** The JSON that `nix nar ls --json` prints. */
export function toNixJson(node: ListedNode, recursive: boolean): unknown {
  switch (node.kind) {
    case 'file':
      return { type: 'regular', size: node.size, ...(node.executable ? { executable: true } : {}), narOffset: node.narOffset };
    case 'symlink':
      return { type: 'symlink', target: node.target };
    case 'directory':
      return { type: 'directory', entries: Object.fromEntries([...node.entries].map(([name, entry]) => [name, recursive ? toNixJson(entry, true) : {}])) };
  }
}

/** The lines that `nix nar ls` prints: a file itself, a directory's entries. */
export function listingLines(node: ListedNode, name: string, options: { readonly long: boolean; readonly recursive: boolean }): string[] {
  if (node.kind !== 'directory') return [line(node, name, options.long)];
  return entryLines(node, '.', options);
}

function entryLines(directory: ListedDirectory, prefix: string, options: { readonly long: boolean; readonly recursive: boolean }): string[] {
  return [...directory.entries].flatMap(([name, entry]) => {
    const path = `${prefix}/${name}`;
    const own = line(entry, path, options.long);
    return options.recursive && entry.kind === 'directory' ? [own, ...entryLines(entry, path, options)] : [own];
  });
}

function line(node: ListedNode, path: string, long: boolean): string {
  if (!long) return path;
  const size = String(node.kind === 'file' ? node.size : 0).padStart(20);
  switch (node.kind) {
    case 'file':
      return `${node.executable ? '-r-xr-xr-x' : '-r--r--r--'} ${size} ${path}`;
    case 'symlink':
      return `lrwxrwxrwx ${size} ${path} -> ${node.target}`;
    case 'directory':
      return `dr-xr-xr-x ${size} ${path}`;
  }
}
