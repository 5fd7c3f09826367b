/**
 * Records how each derivation was built, during the build: `<root>/nix/var/zilch/how-built.jsonl`, one a line. Only
 * these builds can be attested as observed; the store's database says only that a path was built here.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDrvPath, parseStorePath, type DrvPath } from '../formats/index.js';
import type { Store } from '../store/index.js';
import type { Event } from './event.js';
import { machineFacts, type MachineFacts } from './machine.js';

/** The kinds of builder: our sandbox, real Nix, the kit's scripts on a bare system, or a machine booted for it. */
export const BUILDERS = ['sandbox', 'nix', 'kit', 'vm'] as const;
export type BuilderKind = (typeof BUILDERS)[number];

export interface BuilderFacts {
  readonly builder: BuilderKind;
  /** Zilch's version, or the output of `nix --version`. */
  readonly builderVersion: string;
}

/** The record of a build. */
export interface BuildRecord {
  readonly resolved: DrvPath;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly how: BuilderFacts & MachineFacts & Varied;
}

/** That a build was run with things changed that must not matter. */
export interface Varied {
  /** `time: 2039`, sorted; missing where nothing was changed on purpose. */
  readonly varied?: readonly string[];
}

function fileOf(zilchDir: string): string {
  return join(zilchDir, 'how-built.jsonl');
}

/** Listens to a run, and records its builds. */
export class BuildRecorder {
  readonly how: BuildRecord['how'];
  private readonly started = new Map<DrvPath, { readonly at: number; readonly resolved: DrvPath }>();

  private readonly file: string;

  constructor({ root, layout }: Store, builder: BuilderFacts & Varied & Partial<MachineFacts>) {
    this.file = fileOf(layout.zilchDir);
    this.how = { ...machineFacts(root), ...builder };
  }

  readonly emit = (event: Event): void => {
    if (event.type === 'build-start' && isDrvPath(event.resolvedDrvPath))
      this.started.set(event.drvPath, { at: event.at, resolved: event.resolvedDrvPath });
    const isBuilt = event.type === 'build-done' || (event.type === 'build-compared' && event.comparison.kind === 'same');
    const started = isBuilt ? this.started.get(event.drvPath) : undefined;
    if (started === undefined) return;
    this.write({ resolved: started.resolved, startedAt: started.at, finishedAt: event.at, how: this.how });
  };

  /** If the store cannot be written, the build fails by itself; without the record it only cannot be attested. */
  private write(record: BuildRecord): void {
    try {
      mkdirSync(dirname(this.file), { recursive: true });
      appendLine(this.file, JSON.stringify(record));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
}

/**
 * Appends a line in one write, so that lines of several processes do not mix. If a power cut has left the last line half, the new one
 * begins on a line of its own; otherwise it would be lost with the other.
 */
function appendLine(file: string, line: string): void {
  const fd = openSync(file, 'a+', 0o666);
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    const isCut = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
    writeSync(fd, `${isCut ? '\n' : ''}${line}\n`);
  } finally {
    closeSync(fd);
  }
}

/** The records of each resolved derivation, the last for each kind of builder; invalid lines are skipped. */
export function readBuildRecords(zilchDir: string): ReadonlyMap<DrvPath, readonly BuildRecord[]> {
  let text: string;
  try {
    text = readFileSync(fileOf(zilchDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  const records = text.split('\n').flatMap((line) => parseRecord(line) ?? []);
  const last = new Map(records.map((record) => [`${record.resolved} ${JSON.stringify(record.how)}`, record]));
  const found = new Map<DrvPath, BuildRecord[]>();
  for (const record of last.values()) found.set(record.resolved, [...(found.get(record.resolved) ?? []), record]);
  return found;
}

function parseRecord(line: string): BuildRecord | undefined {
  try {
    const record = JSON.parse(line) as BuildRecord;
    const path = parseStorePath(record.resolved);
    const isWhole =
      path.ok && isDrvPath(path.value) && BUILDERS.includes(record.how.builder) && Number.isFinite(record.startedAt + record.finishedAt);
    return isWhole ? record : undefined;
  } catch (error) {
    // The last line of a store whose machine lost power.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
