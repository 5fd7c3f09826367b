import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { NarWriter, type NarVisitor } from '../../src/formats/index.js';

/** A file tree in memory, for tests. Names and targets are bytes, written as latin1 text. */
export type Tree =
  | { readonly type: 'file'; readonly executable: boolean; readonly contents: Buffer }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'directory'; readonly entries: ReadonlyMap<string, Tree> };

export function file(contents: string | Buffer, executable = false): Tree {
  return { type: 'file', executable, contents: Buffer.from(contents) };
}

export function symlink(target: string): Tree {
  return { type: 'symlink', target };
}

export function directory(entries: Readonly<Record<string, Tree>> = {}): Tree {
  return { type: 'directory', entries: new Map(Object.entries(entries)) };
}

/** Tells a visitor of a tree, its names sorted by bytes. */
export function visit(tree: Tree, visitor: NarVisitor): void {
  switch (tree.type) {
    case 'file':
      visitor.file(tree.executable, tree.contents.length, 0);
      visitor.data(tree.contents);
      visitor.endFile();
      return;
    case 'symlink':
      visitor.symlink(Buffer.from(tree.target, 'latin1'));
      return;
    case 'directory':
      visitor.beginDirectory();
      for (const [name, node] of [...tree.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        visitor.entry(Buffer.from(name, 'latin1'));
        visit(node, visitor);
        visitor.endEntry();
      }
      visitor.endDirectory();
  }
}

/** The NAR our writer makes of a tree. */
export function narOf(tree: Tree, bufferBytes?: number): Buffer {
  const chunks: Buffer[] = [];
  const writer = new NarWriter((chunk) => chunks.push(Buffer.from(chunk)), bufferBytes);
  visit(tree, writer);
  writer.finish();
  return Buffer.concat(chunks);
}

/** Collects a tree from events. */
export class TreeCollector implements NarVisitor {
  tree: Tree | undefined;
  private readonly open: Map<string, Tree>[] = [];
  private readonly names: string[] = [];
  private executable = false;
  private parts: Buffer[] = [];

  file(executable: boolean): void {
    this.executable = executable;
    this.parts = [];
  }

  data(bytes: Uint8Array): void {
    this.parts.push(Buffer.from(bytes));
  }

  endFile(): void {
    this.add({ type: 'file', executable: this.executable, contents: Buffer.concat(this.parts) });
  }

  symlink(target: Uint8Array): void {
    this.add({ type: 'symlink', target: Buffer.from(target).toString('latin1') });
  }

  beginDirectory(): void {
    this.open.push(new Map());
  }

  entry(name: Uint8Array): void {
    this.names.push(Buffer.from(name).toString('latin1'));
  }

  endEntry(): void {
    this.names.pop();
  }

  endDirectory(): void {
    this.add({ type: 'directory', entries: this.open.pop() ?? new Map<string, Tree>() });
  }

  private add(node: Tree): void {
    const parent = this.open.at(-1);
    if (parent === undefined) this.tree = node;
    else parent.set(this.names.at(-1) ?? '', node);
  }
}

/** Makes a tree on disk. */
export function makeTree(tree: Tree, hostPath: string | Buffer): void {
  const path = Buffer.from(hostPath);
  switch (tree.type) {
    case 'file':
      writeFileSync(path, tree.contents);
      chmodSync(path, tree.executable ? 0o755 : 0o644);
      return;
    case 'symlink':
      symlinkSync(Buffer.from(tree.target, 'latin1'), path);
      return;
    case 'directory':
      mkdirSync(path);
      for (const [name, node] of tree.entries) makeTree(node, Buffer.concat([path, Buffer.from('/'), Buffer.from(name, 'latin1')]));
  }
}

const NAME = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('/', 'S').replaceAll('\0', 'N'))
  .filter((name) => name !== '.' && name !== '..');
const TARGET = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\0', 'N'));
const CONTENTS = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

/** Any small tree: names of any bytes, files around the padding's unit, symlinks to nowhere. */
export const anyTree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('file' as const), executable: fc.boolean(), contents: CONTENTS }),
    fc.record({ type: fc.constant('symlink' as const), target: TARGET }),
    fc.array(fc.tuple(NAME, tie('tree')), { maxLength: 6 }).map((entries): Tree => ({ type: 'directory', entries: new Map(entries) })),
  ),
})).tree;

/** Cuts bytes into chunks at any places. */
export function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => Buffer.from(bytes.subarray(places[index], place)));
}
