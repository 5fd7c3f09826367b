/**
 * The database of a Nix 2.8 store, as `sqlite_master` of one shows it: schema 10, and schema 3 of the part for
 * content-addressed derivations. Names, types and constraints are the format; only the layout of this text is ours.
 */

/** What the file `schema` beside the database holds. */
export const SCHEMA_VERSION = 10;

/** What we write into `ca-schema`; Nix 2.9 and later turn 3 into 4 when they open the store, which adds triggers only. */
export const CA_SCHEMA_VERSION = 3;

/** The `ca-schema` versions whose tables we can read and write. */
export const KNOWN_CA_SCHEMAS: readonly number[] = [3, 4];

/** Makes whatever is missing: harmless on a complete database, so a creation that was killed is simply run again. */
export const SCHEMA_SQL = `
create table if not exists ValidPaths (
    id               integer primary key autoincrement not null,
    path             text unique not null,
    hash             text not null,
    registrationTime integer not null,
    deriver          text,
    narSize          integer,
    ultimate         integer,
    sigs             text,
    ca               text
);

create table if not exists Refs (
    referrer  integer not null,
    reference integer not null,
    primary key (referrer, reference),
    foreign key (referrer) references ValidPaths(id) on delete cascade,
    foreign key (reference) references ValidPaths(id) on delete restrict
);
create index if not exists IndexReferrer on Refs(referrer);
create index if not exists IndexReference on Refs(reference);

-- A path may refer to itself, for which the restriction above would otherwise forbid deleting it.
create trigger if not exists DeleteSelfRefs before delete on ValidPaths
  begin
    delete from Refs where referrer = old.id and reference = old.id;
  end;

create table if not exists DerivationOutputs (
    drv  integer not null,
    id   text not null,
    path text not null,
    primary key (drv, id),
    foreign key (drv) references ValidPaths(id) on delete cascade
);
create index if not exists IndexDerivationOutputs on DerivationOutputs(path);
`;

/** The tables of realisations: a store made without content-addressed derivations does not have them. */
export const CA_SCHEMA_SQL = `
create table if not exists Realisations (
    id         integer primary key autoincrement not null,
    drvPath    text not null,
    outputName text not null,
    outputPath integer not null,
    signatures text,
    foreign key (outputPath) references ValidPaths(id) on delete cascade
);
create index if not exists IndexRealisations on Realisations(drvPath, outputName);

create table if not exists RealisationsRefs (
    referrer integer not null,
    realisationReference integer,
    foreign key (referrer) references Realisations(id) on delete cascade,
    foreign key (realisationReference) references Realisations(id) on delete restrict
);
create index if not exists IndexRealisationsRefs on RealisationsRefs(referrer);
create index if not exists IndexRealisationsRefsOnOutputPath on Realisations(outputPath);
`;
