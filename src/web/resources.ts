/**
 * Everything the page can ask for, by name. The server answers requests with these, and a static report is nothing but all
 * of them as files:
 *
 *     chain                   the chain's report and the layout of its picture
 *     runs                    the last runs
 *     package/<id>            what a package's page shows
 *     log/<derivation>        a log, from a byte on
 *     difference/<path>       what was different when a store path was built again
 */
import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile, logPath } from '../build/index.js';
import { diffTrees, type TreesDifference } from '../diff/index.js';
import { isDrvPath, parseStorePathBaseName, type StorePath } from '../formats/index.js';
import { collectReport } from '../inspect/index.js';
import { layoutChain, type ChainLayout, type ChainReport, type Run } from '../report/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Session } from '../workspace/index.js';
import { packageDetails, type PackageDetails } from './package-details.js';
import { RunWatcher } from './run-watcher.js';

export interface ChainResource {
  readonly report: ChainReport;
  readonly layout: ChainLayout;
}

export interface LogResource {
  readonly text: string;
  /** Where to go on reading. */
  readonly next: number;
  /** True when the beginning was left out because there is too much. */
  readonly cut: boolean;
}

export interface DifferenceResource {
  readonly path: StorePath;
  readonly difference: TreesDifference;
}

/** By the part of a key before the slash. */
export interface ResourceTypes {
  readonly chain: ChainResource;
  readonly runs: readonly Run[];
  readonly package: PackageDetails;
  readonly log: LogResource;
  readonly difference: DifferenceResource;
}

const MAX_LOG = 8 * 2 ** 20;

export class Resources {
  readonly watcher: RunWatcher;
  private layout: Promise<ChainLayout> | undefined;

  constructor(private readonly subject: Session) {
    this.watcher = new RunWatcher(subject.store.layout.zilchDir);
  }

  /** Fails with `E_NOT_FOUND` when there is no such thing, and with what reading it failed with. */
  async get(key: string, from = 0): Promise<Result<ResourceTypes[keyof ResourceTypes]>> {
    const slash = key.indexOf('/');
    const [kind, name] = slash === -1 ? [key, ''] : [key.slice(0, slash), key.slice(slash + 1)];
    switch (kind) {
      case 'chain':
        return this.chain();
      case 'runs':
        return ok(this.runs());
      case 'package': {
        const chain = await this.chain();
        if (!chain.ok) return chain;
        const { report } = chain.value;
        const facts = report.recipes.find(({ id }) => id === name);
        return facts === undefined ? notFound(key) : ok(packageDetails(this.subject, report, facts));
      }
      case 'log':
        return this.log(name, from);
      case 'difference':
        return this.difference(name);
      default:
        return notFound(key);
    }
  }

  /** The names of all there is, for those who want everything. */
  async keys(): Promise<Result<string[]>> {
    const chain = await this.chain();
    if (!chain.ok) return chain;
    const { recipes } = chain.value.report;
    const differences = this.runs()
      .flatMap(({ builds }) => builds)
      .flatMap(({ differences: found }) => found.map(({ path }) => `difference/${path.slice(path.lastIndexOf('/') + 1)}`));
    const logs = recipes.flatMap((recipe) => packageDetails(this.subject, chain.value.report, recipe).logs.map(({ key }) => key));
    return ok(['chain', 'runs', ...recipes.map(({ id }) => `package/${id}`), ...new Set(logs), ...new Set(differences)]);
  }

  /** The last runs as they are now. */
  runs(): readonly Run[] {
    this.watcher.poll();
    return this.watcher.runs;
  }

  /** The chain's report as it is now. */
  async chain(): Promise<Result<ChainResource>> {
    const report = await collectReport(this.subject);
    if (!report.ok) return report;
    // What needs what cannot change while the chain is loaded, and nothing else counts for the layout.
    this.layout ??= layoutChain(report.value);
    return ok({ report: report.value, layout: await this.layout });
  }

  private log(baseName: string, from: number): Result<LogResource> {
    const drvPath = parseStorePathBaseName(baseName);
    if (!drvPath.ok || !isDrvPath(drvPath.value)) return notFound(`log/${baseName}`);
    const log = LogFile.open(logPath(this.subject.store.root, drvPath.value));
    if (!log.ok) return log;
    if (log.value === undefined) return notFound(`log/${baseName}`);
    try {
      const size = log.value.size();
      if (!size.ok) return size;
      const start = Math.max(from, size.value - MAX_LOG);
      const read = log.value.read(start, Math.max(0, size.value - start));
      return read.ok ? ok({ text: read.value.toString(), next: start + read.value.length, cut: start > from }) : read;
    } finally {
      log.value.close();
    }
  }

  private async difference(baseName: string): Promise<Result<DifferenceResource>> {
    const path = parseStorePathBaseName(baseName);
    if (!path.ok) return notFound(`difference/${baseName}`);
    const recorded = this.runs()
      .flatMap(({ builds }) => builds)
      .flatMap(({ differences }) => differences);
    const found = recorded.find((one) => one.path === path.value);
    const first = this.subject.store.hostPath(path.value);
    if (found === undefined || !this.isInStore(found.kept) || !this.isInStore(first)) {
      return fail('E_NOT_FOUND', `what ${path.value} was compared with is not kept any more`);
    }
    const difference = await diffTrees(first, found.kept);
    return difference.ok ? ok({ path: path.value, difference: difference.value }) : difference;
  }

  /** Whether a path lies below the store's own directories once all symlinks on the way to it are followed. */
  private isInStore(path: string): boolean {
    try {
      const { layout } = this.subject.store;
      const real = join(realpathSync(join(path, '..')), path.slice(path.lastIndexOf('/') + 1));
      return (
        [layout.storeDir, layout.zilchDir].some((directory) => real.startsWith(`${realpathSync(directory)}/`)) &&
        lstatSync(path, { throwIfNoEntry: false }) !== undefined
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}

function notFound(what: string): Result<never> {
  return fail('E_NOT_FOUND', `there is no ${what}`);
}
