/**
 * Nix's tables. Rows are converted from and to the formats' types. Each writing method is one transaction, so a crash
 * leaves either all of it or nothing. Source of the columns' meaning: Nix's `local-store.cc`.
 */
import {
  formatContentAddress,
  formatDrvOutputId,
  parseContentAddress,
  parseDrvOutputId,
  STORE_DIR,
  type DrvOutputId,
  type DrvPath,
  type PathInfo,
  type Realisation,
  type Sha256,
  type StorePath,
} from '../formats/index.js';
import { err, fail, ok, ThrownFailure, type Failure, type Result } from '../result.js';
import { CA_SCHEMA_SQL, SCHEMA_SQL } from './schema.js';
import { CORRUPT_HINT, Sqlite } from './sqlite.js';

interface PathRow {
  readonly id: number;
  readonly path: StorePath;
  readonly hash: string;
  readonly registrationTime: number;
  readonly deriver: DrvPath | null;
  readonly narSize: number | null;
  readonly ultimate: number | null;
  readonly sigs: string | null;
  readonly ca: string | null;
}

interface RealisationRow {
  readonly id: number;
  readonly path: StorePath;
  readonly signatures: string | null;
}

/** Output paths that are known from a derivation's text; Nix keeps them in `DerivationOutputs`. */
export type StaticOutputs = ReadonlyMap<DrvPath, ReadonlyMap<string, StorePath>>;

/** What a valid path is to the garbage collector: who needs it and what it needs. */
export interface PathNode {
  readonly path: StorePath;
  readonly references: readonly StorePath[];
  readonly deriver: DrvPath | undefined;
  readonly narSize: number;
  readonly registrationTime: number;
}

/** What is known of a valid path but for what it refers to. */
export type PathFacts = Omit<PathInfo, 'references'>;

/** A store's `db.sqlite`. Reading methods throw only if the file itself cannot be read. */
export class Database {
  readonly #sqlite: Sqlite;
  readonly #hasRealisations: boolean;

  private constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#hasRealisations = sqlite.row("select 1 from sqlite_master where name = 'Realisations'") !== undefined;
  }

  /** Opens for writing and makes missing tables. The caller holds the lock against other creators. */
  static create(file: string): Result<Database> {
    return Database.#of(file, Sqlite.create(file, SCHEMA_SQL + CA_SCHEMA_SQL));
  }

  /** An empty database in memory. */
  static inMemory(): Result<Database> {
    return Database.create(':memory:');
  }

  /** Opens a complete database for writing. */
  static open(file: string): Result<Database> {
    return Database.#of(file, Sqlite.open(file));
  }

  /** Opens for reading only, also in read-only places. */
  static openReadOnly(file: string): Result<Database> {
    return Database.#of(file, Sqlite.openReadOnly(file));
  }

  static #of(file: string, opened: Result<Sqlite>): Result<Database> {
    if (!opened.ok) return opened;
    try {
      if (opened.value.row("select 1 from sqlite_master where name = 'ValidPaths'") !== undefined) return ok(new Database(opened.value));
      opened.value.close();
      return fail('E_DATABASE', `${file} is empty, or another program's database`, CORRUPT_HINT);
    } catch (error) {
      opened.value.close();
      if (error instanceof ThrownFailure) return err(error.failure);
      throw error;
    }
  }

  close(): void {
    this.#sqlite.close();
  }

  isValid(path: StorePath): boolean {
    return this.#sqlite.row('select 1 from ValidPaths where path = ?', path) !== undefined;
  }

  pathInfo(path: StorePath): PathInfo | undefined {
    const row = this.#sqlite.row('select * from ValidPaths where path = ?', path) as PathRow | undefined;
    return row === undefined ? undefined : this.#infoOf(row);
  }

  allPaths(): StorePath[] {
    return this.#paths('select path from ValidPaths order by path');
  }

  references(path: StorePath): StorePath[] {
    return this.#paths(
      'select t.path from Refs join ValidPaths f on f.id = referrer join ValidPaths t on t.id = reference where f.path = ? order by t.path',
      path,
    );
  }

  referrers(path: StorePath): StorePath[] {
    return this.#paths(
      'select f.path from Refs join ValidPaths f on f.id = referrer join ValidPaths t on t.id = reference where t.path = ? order by f.path',
      path,
    );
  }

  /** The valid path with this hash part; there is at most one. */
  pathByHash(hash: string): StorePath | undefined {
    // "." follows "-", so the range has all paths that begin with the hash and a dash.
    return this.#paths('select path from ValidPaths where path >= ? and path < ? limit 1', `${STORE_DIR}/${hash}-`, `${STORE_DIR}/${hash}.`)[0];
  }

  realisation(id: DrvOutputId): Realisation | undefined {
    if (!this.#hasRealisations) return undefined;
    const row = this.#realisationRow(id);
    if (row === undefined) return undefined;
    const dependent = this.#sqlite.rows(
      `select drvPath, outputName, path from RealisationsRefs join Realisations r on r.id = realisationReference
       join ValidPaths on ValidPaths.id = r.outputPath where referrer = ?`,
      row.id,
    ) as { drvPath: string; outputName: string; path: StorePath }[];
    return {
      id,
      outPath: row.path,
      signatures: splitSignatures(row.signatures),
      dependentRealisations: new Map(dependent.map(({ drvPath, outputName, path }) => [`${drvPath}!${outputName}`, path])),
    };
  }

  /** The path of a realisation, in one query: `list` and a build with nothing to do ask for hundreds. */
  realised(id: DrvOutputId): PathFacts | undefined {
    if (!this.#hasRealisations) return undefined;
    const row = this.#sqlite.row(
      'select v.* from Realisations r join ValidPaths v on v.id = r.outputPath where drvPath = ? and outputName = ?',
      `sha256:${id.drvHash}`,
      id.outputName,
    ) as PathRow | undefined;
    return row === undefined ? undefined : factsOf(row);
  }

  /** The whole graph in two queries, for those who walk all of it. */
  graph(): PathNode[] {
    const rows = this.#sqlite.rows('select id, path, deriver, narSize, registrationTime from ValidPaths order by path') as PathRow[];
    const pathOf = new Map(rows.map((row) => [row.id, row.path]));
    const references = new Map<number, StorePath[]>(rows.map((row) => [row.id, []]));
    for (const { referrer, reference } of this.#sqlite.rows('select referrer, reference from Refs') as { referrer: number; reference: number }[]) {
      const path = pathOf.get(reference);
      if (path !== undefined) references.get(referrer)?.push(path);
    }
    return rows.map(({ id, path, deriver, narSize, registrationTime }) => ({
      path,
      references: references.get(id) ?? [],
      deriver: deriver ?? undefined,
      narSize: narSize ?? 0,
      registrationTime,
    }));
  }

  /**
   * Registers paths, and realisations of them, in one transaction. A path that is already valid keeps its row and gets
   * additional signatures. Fails, and changes nothing, if a reference would dangle or contradict what is known.
   */
  register(infos: readonly PathInfo[], realisations: readonly Realisation[], staticOutputs: StaticOutputs, now: number): Result<void> {
    return this.#sqlite.transaction(() => {
      for (const info of infos) {
        const failure = this.#registerRow(info, now);
        if (failure !== undefined) return err(failure);
      }
      for (const info of infos) {
        for (const reference of info.references) {
          const inserted = this.#sqlite.run(
            'insert or replace into Refs (referrer, reference) select f.id, t.id from ValidPaths f, ValidPaths t where f.path = ? and t.path = ?',
            info.path,
            reference,
          );
          if (inserted === 0) return fail('E_REFERENCE', `${info.path} refers to ${reference}, which is not valid and not registered with it`);
        }
      }
      for (const [drvPath, outputs] of staticOutputs) {
        for (const [name, path] of outputs) {
          this.#sqlite.run(
            'insert or replace into DerivationOutputs (drv, id, path) select id, ?, ? from ValidPaths where path = ?',
            name,
            path,
            drvPath,
          );
        }
      }
      for (const realisation of realisations) {
        const failure = this.#registerRealisation(realisation);
        if (failure !== undefined) return err(failure);
      }
      return ok(undefined);
    });
  }

  /**
   * Removes the registrations of paths; the set must include all their referrers. Realisations of the paths are
   * removed, too, also from the dependencies of other realisations, because Nix's schema counts those as references.
   */
  forget(paths: readonly StorePath[]): Result<void> {
    return this.#sqlite.transaction(() => {
      if (this.#hasRealisations) {
        for (const path of paths) {
          this.#sqlite.run(
            `delete from RealisationsRefs where realisationReference in
             (select r.id from Realisations r join ValidPaths v on v.id = r.outputPath where v.path = ?)`,
            path,
          );
        }
      }
      // References among the paths are removed first, so the order of deletion does not matter.
      for (const path of paths) this.#sqlite.run('delete from Refs where referrer in (select id from ValidPaths where path = ?)', path);
      for (const path of paths) {
        const referrer = this.referrers(path)[0];
        if (referrer !== undefined) return fail('E_REFERENCE', `${path} cannot be deleted: ${referrer} refers to it`);
        this.#sqlite.run('delete from ValidPaths where path = ?', path);
      }
      return ok(undefined);
    });
  }

  #registerRow(info: PathInfo, now: number): Failure | undefined {
    const known = this.pathInfo(info.path);
    const ca = info.contentAddress === undefined ? null : formatContentAddress(info.contentAddress);
    if (known === undefined) {
      this.#sqlite.run(
        'insert into ValidPaths (path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca) values (?, ?, ?, ?, ?, ?, ?, ?)',
        info.path,
        `sha256:${info.narHash}`,
        info.registrationTime ?? now,
        info.deriver ?? null,
        info.narSize,
        info.ultimate ? 1 : null,
        joinSignatures(info.signatures),
        ca,
      );
      return undefined;
    }
    if (known.narHash !== info.narHash) {
      return {
        code: 'E_PATH_CONFLICT',
        message: `${info.path} is registered with NAR hash sha256:${known.narHash}, not sha256:${info.narHash}`,
        hint: 'one of the two is damaged; `zilch verify-store` checks the one on disk',
      };
    }
    const signatures = [...new Set([...known.signatures, ...info.signatures])];
    this.#sqlite.run(
      'update ValidPaths set ultimate = ?, sigs = ?, ca = coalesce(ca, ?) where path = ?',
      info.ultimate || known.ultimate ? 1 : null,
      joinSignatures(signatures),
      ca,
      info.path,
    );
    return undefined;
  }

  #registerRealisation(realisation: Realisation): Failure | undefined {
    const { id, outPath } = realisation;
    const drvHash = `sha256:${id.drvHash}`;
    const known = this.#realisationRow(id);
    if (known !== undefined && known.path !== outPath) {
      return {
        code: 'E_REALISATION_CONFLICT',
        message: `${formatDrvOutputId(id)} is already realised as ${known.path}, not ${outPath}`,
        hint: 'the build is not deterministic; to have all its outputs from one build, delete its roots in nix/var/nix/gcroots/zilch and run `zilch gc`',
      };
    }
    if (known !== undefined) {
      const signatures = [...new Set([...splitSignatures(known.signatures), ...realisation.signatures])];
      this.#sqlite.run('update Realisations set signatures = ? where id = ?', signatures.join(' '), known.id);
    } else {
      const inserted = this.#sqlite.run(
        'insert into Realisations (drvPath, outputName, outputPath, signatures) select ?, ?, id, ? from ValidPaths where path = ?',
        drvHash,
        id.outputName,
        realisation.signatures.join(' '),
        outPath,
      );
      if (inserted === 0) return { code: 'E_REFERENCE', message: `${formatDrvOutputId(id)} cannot be realised as ${outPath}, which is not valid` };
    }
    for (const [dependency, path] of realisation.dependentRealisations) {
      const parsed = parseDrvOutputId(dependency);
      const target = parsed.ok ? this.#realisationRow(parsed.value) : undefined;
      if (!parsed.ok || target === undefined)
        return { code: 'E_REFERENCE', message: `${formatDrvOutputId(id)} depends on ${dependency}, which is not realised` };
      if (target.path !== path) {
        return {
          code: 'E_REALISATION_CONFLICT',
          message: `${formatDrvOutputId(id)} was made with ${path} as ${dependency}, which is realised as ${target.path}`,
          hint: 'a build is not deterministic: build both in one store',
        };
      }
      this.#sqlite.run(
        `insert into RealisationsRefs (referrer, realisationReference) select f.id, t.id from Realisations f, Realisations t
         where f.drvPath = ? and f.outputName = ? and t.drvPath = ? and t.outputName = ?
         and not exists (select 1 from RealisationsRefs where referrer = f.id and realisationReference = t.id)`,
        drvHash,
        id.outputName,
        `sha256:${parsed.value.drvHash}`,
        parsed.value.outputName,
      );
    }
    return undefined;
  }

  #realisationRow(id: DrvOutputId): RealisationRow | undefined {
    return this.#sqlite.row(
      `select r.id, path, signatures from Realisations r join ValidPaths v on v.id = r.outputPath where drvPath = ? and outputName = ?`,
      `sha256:${id.drvHash}`,
      id.outputName,
    ) as RealisationRow | undefined;
  }

  #infoOf(row: PathRow): PathInfo {
    return { ...factsOf(row), references: this.references(row.path) };
  }

  #paths(sql: string, ...parameters: readonly unknown[]): StorePath[] {
    return (this.#sqlite.rows(sql, ...parameters) as { path: StorePath }[]).map((row) => row.path);
  }
}

function factsOf(row: PathRow): PathFacts {
  const contentAddress = row.ca === null || row.ca === '' ? undefined : parseContentAddress(row.ca);
  return {
    path: row.path,
    narHash: row.hash.replace(/^sha256:/, '') as Sha256,
    narSize: row.narSize ?? 0,
    deriver: row.deriver ?? undefined,
    contentAddress: contentAddress?.ok === true ? contentAddress.value : undefined,
    signatures: splitSignatures(row.sigs),
    ultimate: row.ultimate === 1,
    registrationTime: row.registrationTime,
  };
}

function splitSignatures(text: string | null): string[] {
  return text === null || text === '' ? [] : text.split(' ');
}

function joinSignatures(signatures: readonly string[]): string | null {
  return signatures.length === 0 ? null : signatures.join(' ');
}
