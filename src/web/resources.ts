/**
 * Everything the page can request, by name. The server answers requests with these, and a static report is all of them
 * as files:
 *
 *
 *     chain                   the chain's report and the layout of its picture
 *     runs                    the last runs
 *     evidence                who confirms what, where claims and a policy were given
 *     package/<id>            what a package's page shows
 *     log/<derivation>        a log, from a given byte on
 *     difference/<path>       the differences when a store path was built again
 */
import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile, logPath } from '../build/index.js';
import { diffTrees, type TreesDifference } from '../diff/index.js';
import { isDrvPath, parseStorePathBaseName, type StorePath } from '../formats/index.js';
import { collectReport } from '../inspect/index.js';
import { layoutChain, type ChainLayout, type ChainReport, type EvidenceFacts, type Run } from '../report/index.js';
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
  /** Where to continue reading. */
  readonly next: number;
  /** True if there is more already, which did not fit into this answer. */
  readonly more: boolean;
  /** True if the beginning was left out because the log is too long. */
  readonly cut: boolean;
}

export interface DifferenceResource {
  readonly path: StorePath;
  readonly difference: TreesDifference;
}

/** Resources by the part of a key before the slash. */
export interface ResourceTypes {
  readonly chain: ChainResource;
  readonly runs: readonly Run[];
  /** `null` without claims: JSON has no other word for it. */
  readonly evidence: EvidenceFacts | null;
  readonly package: PackageDetails;
  readonly log: LogResource;
  readonly difference: DifferenceResource;
}

/** Of a longer log, only the end is shown. */
const MAX_LOG = 8 * 2 ** 20;

/** A chain, and the claims about it as they are now. */
export interface ExploredChain extends Session {
  readonly evidence?: (() => Promise<Result<EvidenceFacts>>) | undefined;
}

export class Resources {
  readonly watcher: RunWatcher;
  private layout: Promise<ChainLayout> | undefined;

  constructor(private readonly subject: ExploredChain) {
    this.watcher = new RunWatcher(subject.store.layout.zilchDir);
  }

  /**
   * Fails with `E_NOT_FOUND` if there is no such resource, and like reading it. Of a log, at most `most` bytes from
   * `from` on.
   */
  async get(key: string, from = 0, most = MAX_LOG): Promise<Result<ResourceTypes[keyof ResourceTypes]>> {
    const slash = key.indexOf('/');
    const [kind, name] = slash === -1 ? [key, ''] : [key.slice(0, slash), key.slice(slash + 1)];
    switch (kind) {
      case 'chain':
        return this.chain();
      case 'runs':
        return ok(this.runs());
      case 'evidence':
        return this.subject.evidence === undefined ? ok(null) : this.subject.evidence();
      case 'package': {
        const chain = await this.chain();
        if (!chain.ok) return chain;
        const { report } = chain.value;
        const facts = report.recipes.find(({ id }) => id === name);
        return facts === undefined ? notFound(key) : ok(packageDetails(this.subject, report, facts));
      }
      case 'log':
        return this.log(name, from, most);
      case 'difference':
        return this.difference(name);
      default:
        return notFound(key);
    }
  }

  /** The names of all resources, for a static report. */
  async keys(): Promise<Result<string[]>> {
    const chain = await this.chain();
    if (!chain.ok) return chain;
    const { recipes } = chain.value.report;
    const differences = this.runs()
      .flatMap(({ builds }) => builds)
      .flatMap(({ differences: found }) => found.map(({ path }) => `difference/${path.slice(path.lastIndexOf('/') + 1)}`));
    const logs = recipes.flatMap((recipe) => packageDetails(this.subject, chain.value.report, recipe).logs.map(({ key }) => key));
    return ok(['chain', 'runs', 'evidence', ...recipes.map(({ id }) => `package/${id}`), ...new Set(logs), ...new Set(differences)]);
  }

  /** The current state of the last runs. */
  runs(): readonly Run[] {
    this.watcher.poll();
    return this.watcher.runs;
  }

  /** The chain's current report. */
  async chain(): Promise<Result<ChainResource>> {
    const report = await collectReport(this.subject);
    if (!report.ok) return report;
    // The layout depends only on needs, which cannot change while the chain is loaded.
    this.layout ??= layoutChain(report.value);
    return ok({ report: report.value, layout: await this.layout });
  }

  private log(baseName: string, from: number, most: number): Result<LogResource> {
    const drvPath = parseStorePathBaseName(baseName);
    if (!drvPath.ok || !isDrvPath(drvPath.value)) return notFound(`log/${baseName}`);
    const log = LogFile.open(logPath(this.subject.store.root, drvPath.value));
    if (!log.ok) return log;
    if (log.value === undefined) return notFound(`log/${baseName}`);
    try {
      const size = log.value.size();
      if (!size.ok) return size;
      const start = Math.max(from, size.value - MAX_LOG);
      const read = log.value.read(start, Math.min(most, Math.max(0, size.value - start)));
      if (!read.ok) return read;
      const more = start + read.value.length < size.value;
      const bytes = more ? wholeCharacters(read.value) : read.value;
      return ok({ text: bytes.toString(), next: start + bytes.length, more, cut: start > from });
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
      return fail('E_NOT_FOUND', `what ${path.value} was compared with is no longer kept`);
    }
    const difference = await diffTrees(first, found.kept);
    return difference.ok ? ok({ path: path.value, difference: difference.value }) : difference;
  }

  /** Whether a path is below the store's own directories after following all symlinks in it. */
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

/** Without a last character of UTF-8 whose other bytes come with the next piece. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let missing = 1; missing < Math.min(4, bytes.length); missing++) {
    const byte = bytes[bytes.length - missing]!;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > missing ? bytes.subarray(0, -missing) : bytes;
  }
  return bytes;
}

function notFound(what: string): Result<never> {
  return fail('E_NOT_FOUND', `there is no ${what}`);
}
