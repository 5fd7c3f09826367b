/** What a package's page shows beyond the chain's report: texts, trees, references, logs. */
import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { logPath } from '../build/index.js';
import { diffLines, type DiffLine } from '../diff/index.js';
import { storePathBaseName, type StorePath } from '../formats/index.js';
import { fileNamed, scriptOf } from '../inspect/index.js';
import { editsOfScript, editsOfTables, type ChainReport, type RecipeFacts, type SourceEdit } from '../report/index.js';
import type { Session } from '../workspace/index.js';

export interface PackageDetails {
  readonly recipe: { readonly file: string; readonly line: number; readonly text: string } | undefined;
  readonly locals: readonly { readonly name: string; readonly path: StorePath; readonly files: readonly TreeFile[] }[];
  /** Changes to the sources: by the script, and by tables in C files beside the recipe. Patches are among `locals`. */
  readonly edits: readonly ShownEdit[];
  readonly outputs: readonly OutputDetails[];
  /** The available logs. */
  readonly logs: readonly { readonly what: 'build' | 'test'; readonly key: string }[];
}

export interface ShownEdit {
  readonly file: string;
  readonly reason: string;
  /** A command, or the removed and added lines. */
  readonly change: string | readonly DiffLine[];
}

export interface OutputDetails {
  readonly name: string;
  readonly path: StorePath;
  readonly references: readonly StorePath[];
  readonly referrers: readonly StorePath[];
  /** Everything needed at run time, including itself; the largest first. */
  readonly closure: readonly { readonly path: StorePath; readonly narSize: number; readonly references: readonly StorePath[] }[];
  readonly files: readonly TreeFile[];
}

/** A file of a tree. In names, U+FFFD replaces bytes that are not UTF-8, and control characters. */
export interface TreeFile {
  readonly file: string;
  readonly kind: 'file' | 'program' | 'symlink' | 'other';
  readonly size: number;
  /** Target of a symlink; never followed. */
  readonly target?: string;
  /** Set for files beside a recipe. */
  readonly text?: string;
}

const MAX_FILES = 3000;
const MAX_TEXT = 512 * 1024;

/** Reads the details of one recipe of a report. Only trees of the store and the chain's own recipe file are read. */
export function packageDetails({ store, loaded }: Session, report: ChainReport, facts: RecipeFacts): PackageDetails {
  const localNames = new Map(report.locals.map(({ path, name }) => [path, name]));
  const built = facts.outputs.flatMap(({ name, built: output }) => (output === undefined ? [] : [{ name, path: output.path }]));
  const logs = [
    ...(existsSync(logPath(store.root, facts.drvPath)) ? [{ what: 'build' as const, key: `log/${storePathBaseName(facts.drvPath)}` }] : []),
    ...(facts.test !== undefined && existsSync(logPath(store.root, facts.test.drvPath))
      ? [{ what: 'test' as const, key: `log/${storePathBaseName(facts.test.drvPath)}` }]
      : []),
  ];
  const locals = facts.takes.flatMap((path) => {
    const name = localNames.get(path);
    return name === undefined ? [] : [{ name, path, files: treeFiles(store.hostPath(path), true) }];
  });
  const cFiles = locals.flatMap(({ name, files }) => files.filter(({ file }) => (file === '' ? name : file).endsWith('.c')));
  return {
    recipe:
      facts.location === undefined ? undefined : { ...facts.location, text: readFileSync(fileNamed(loaded.directory, facts.location.file), 'utf8') },
    locals,
    edits: [...editsOfScript(scriptOf(loaded, facts) ?? ''), ...cFiles.flatMap(({ text = '' }) => editsOfTables(text))].map(shownEdit),
    outputs: built.map(({ name, path }): OutputDetails => {
      const closure = store.closure([path]).map((one) => {
        const { narSize = 0, references = [] } = store.pathInfo(one) ?? {};
        return { path: one, narSize, references };
      });
      return {
        name,
        path,
        references: store.pathInfo(path)?.references ?? [],
        referrers: store.referrers(path),
        closure: closure.sort((a, b) => b.narSize - a.narSize),
        files: treeFiles(store.hostPath(path), false),
      };
    }),
    logs,
  };
}

function shownEdit({ file, reason, change }: SourceEdit): ShownEdit {
  if ('command' in change) return { file, reason, change: change.command };
  const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  return { file, reason, change: diffLines(lines(change.old), lines(change.new)).flatMap((hunk) => hunk.lines) };
}

/** Lists a tree in the order of names, following no symlink; empty if it is gone. */
function treeFiles(root: string, withText: boolean): TreeFile[] {
  const files: TreeFile[] = [];
  const visit = (path: Buffer, file: string): void => {
    if (files.length >= MAX_FILES) return;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path, 'latin1').sort()) {
        const bytes = Buffer.from(name, 'latin1');
        visit(Buffer.concat([path, Buffer.from('/'), bytes]), file === '' ? visible(bytes) : `${file}/${visible(bytes)}`);
      }
    } else if (stat.isSymbolicLink()) {
      files.push({ file, kind: 'symlink', size: stat.size, target: visible(readlinkSync(path, 'buffer')) });
    } else if (stat.isFile()) {
      const text = withText && stat.size <= MAX_TEXT ? readText(path) : undefined;
      files.push({ file, kind: (stat.mode & 0o100) === 0 ? 'file' : 'program', size: stat.size, ...(text === undefined ? {} : { text }) });
    } else {
      files.push({ file, kind: 'other', size: 0 });
    }
  };
  visit(Buffer.from(root), '');
  return files;
}

/** A name without control characters, because some programs interpret them. */
function visible(name: Buffer): string {
  return name.toString().replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** `undefined` if the file is not text. */
function readText(path: Buffer): string | undefined {
  // If it was replaced by a symlink meanwhile, it is not followed out of the store.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) return undefined;
    const bytes = readFileSync(fd);
    return bytes.includes(0) ? undefined : bytes.toString();
  } finally {
    closeSync(fd);
  }
}
