/**
 * The database of a Nix 2.8 store, as in its `sqlite_master`: schema 10, and schema 3 of the part for
 * content-addressed derivations. Names, types and constraints are the format; only the layout of this text is ours.
 */

/** The contents of the file `schema` beside the database. */
export const SCHEMA_VERSION = 10;

/**
 * The number we write into `ca-schema`. Nix 2.9 and later change 3 to 4 when they open the store, which only adds
 * triggers.
 */
export const CA_SCHEMA_VERSION = 3;

/** The `ca-schema` versions whose tables we can read and write. */
export const KNOWN_CA_SCHEMAS: readonly number[] = [3, 4];

/** Makes missing tables. It does not change a complete database, so a killed creation can simply be repeated. */
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
