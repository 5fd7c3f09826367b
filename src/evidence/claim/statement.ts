/**
 * A claim as an in-toto Statement v1 whose predicate is SLSA provenance v1. docs/evidence.md defines the build type. Sources: in-toto's
 * `spec/v1/statement.md` and `resource_descriptor.md`; SLSA's `provenance/v1`.
 *
 * A claim has exactly one spelling, the one that `writeStatement` writes, as envelopes do.
 */
import { BUILDERS } from '../../build/index.js';
import { isDrvPath, parseSha256, parseStorePath, type DrvPath, type Sha256, type StorePath } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import type { Claim, ClaimedInput, ClaimedOutput, ClaimedSeed, HowBuilt } from './claim.js';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';
export const BUILD_TYPE = 'urn:x-zilch:build:1';
const BUILDER_PREFIX = 'urn:x-zilch:builder:';

/** The bytes that are signed. */
export function writeStatement(claim: Claim): Buffer {
  const { builder, builderVersion, ...machine } = claim.how;
  return Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject: claim.outputs.map(({ name, path, narHash, narSize, references }) => ({
        name: path,
        digest: { sha256: narHash },
        mediaType: 'application/x-nix-nar',
        annotations: { output: name, narSize, references },
      })),
      predicateType: PREDICATE_TYPE,
      predicate: {
        buildDefinition: {
          buildType: BUILD_TYPE,
          externalParameters: {
            target: claim.target,
            derivation: claim.derivation,
            recipe: claim.recipe,
            resolved: claim.resolved,
            seeds: claim.seeds.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
          },
          internalParameters: ordered(machine),
          resolvedDependencies: claim.inputs.map(({ path, sha256, kind }) => ({ name: path, digest: { sha256 }, annotations: { kind } })),
        },
        runDetails: {
          builder: { id: `${BUILDER_PREFIX}${builder}`, version: { [builder === 'nix' ? 'nix' : 'zilch']: builderVersion } },
          metadata: { startedOn: claim.startedOn, finishedOn: claim.finishedOn },
        },
      },
    }),
  );
}

function ordered({
  kernel,
  cpuVendor,
  cpuModel,
  cores,
  clock,
  fileSystem,
  virtual,
  operator,
  observed,
  varied,
}: Omit<HowBuilt, 'builder' | 'builderVersion'>) {
  return { kernel, cpuVendor, cpuModel, cores, clock, fileSystem, virtual, operator, observed, ...(varied === undefined ? {} : { varied }) };
}

/** Reads a payload. Fails with `E_CLAIM` and the reason. */
export function parseStatement(payload: Buffer): Result<Claim> {
  try {
    const claim = new StatementReader(payload).claim();
    if (!writeStatement(claim).equals(payload))
      throw new Wrong(
        'it is not spelt as Zilch writes claims: it has another field, a field twice, another order, other spaces, or escaped characters',
      );
    return ok(claim);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return fail('E_CLAIM', error.message);
  }
}

/** Thrown and caught only in this file. */
class Wrong extends Error {}

type Json = Readonly<Record<string, unknown>>;

class StatementReader {
  private readonly json: Json;

  constructor(payload: Buffer) {
    try {
      this.json = object(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)), 'the payload');
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) throw new Wrong('its payload is not JSON in UTF-8');
      throw error;
    }
  }

  claim(): Claim {
    equal(this.json['_type'], STATEMENT_TYPE, 'the statement');
    equal(this.json['predicateType'], PREDICATE_TYPE, 'the predicate');
    const predicate = object(this.json['predicate'], 'predicate');
    const definition = object(predicate['buildDefinition'], 'buildDefinition');
    equal(definition['buildType'], BUILD_TYPE, 'the build');
    const parameters = object(definition['externalParameters'], 'externalParameters');
    const details = object(predicate['runDetails'], 'runDetails');
    const metadata = object(details['metadata'], 'metadata');
    const claim: Claim = {
      target: text(parameters['target'], 'target'),
      derivation: drvPath(parameters['derivation'], 'derivation'),
      recipe: drvPath(parameters['recipe'], 'recipe'),
      resolved: drvPath(parameters['resolved'], 'resolved'),
      seeds: list(parameters['seeds'], 'seeds').map((item): ClaimedSeed => ({
        path: storePath(item['name'], 'seeds'),
        sha256: digest(item, 'seeds'),
      })),
      inputs: list(definition['resolvedDependencies'], 'resolvedDependencies').map(input),
      outputs: list(this.json['subject'], 'subject').map(output),
      how: howBuilt(object(definition['internalParameters'], 'internalParameters'), object(details['builder'], 'builder')),
      startedOn: time(metadata['startedOn'], 'startedOn'),
      finishedOn: time(metadata['finishedOn'], 'finishedOn'),
    };
    if (claim.outputs.length === 0) throw new Wrong('it has no subject');
    if (claim.finishedOn < claim.startedOn) throw new Wrong('its build ends before it begins');
    ascending(
      claim.outputs.map(({ name }) => name),
      'outputs',
    );
    ascending(
      claim.inputs.map(({ path }) => path),
      'inputs',
    );
    ascending(
      claim.seeds.map(({ path }) => path),
      'seeds',
    );
    for (const { references } of claim.outputs) ascending(references, 'references');
    return claim;
  }
}

function input(item: Json): ClaimedInput {
  const kind = object(item['annotations'], 'annotations')['kind'];
  if (kind !== 'source' && kind !== 'file' && kind !== 'output') throw new Wrong('an input has an unknown kind');
  return { path: storePath(item['name'], 'resolvedDependencies'), sha256: digest(item, 'resolvedDependencies'), kind };
}

function output(item: Json): ClaimedOutput {
  const { output: name, narSize, references } = object(item['annotations'], 'annotations');
  if (typeof narSize !== 'number' || !Number.isSafeInteger(narSize) || narSize < 0) throw new Wrong('narSize is not a number of bytes');
  if (!Array.isArray(references)) throw new Wrong('references is not a list');
  return {
    name: text(name, 'output'),
    path: storePath(item['name'], 'subject'),
    narHash: digest(item, 'subject'),
    narSize,
    references: references.map((reference) => storePath(reference, 'references')),
  };
}

function howBuilt(machine: Json, builder: Json): HowBuilt {
  const id = text(builder['id'], 'builder');
  const kind = BUILDERS.find((one) => id === `${BUILDER_PREFIX}${one}`);
  if (kind === undefined) throw new Wrong(`its builder ${JSON.stringify(id)} is unknown`);
  const { cores, virtual, observed } = machine;
  if (typeof cores !== 'number' || !Number.isSafeInteger(cores) || cores < 1) throw new Wrong('cores is not a number from 1');
  if (typeof virtual !== 'boolean') throw new Wrong('virtual is neither true nor false');
  if (observed !== 'while building' && observed !== 'while attesting') throw new Wrong('observed is neither "while building" nor "while attesting"');
  return {
    builder: kind,
    builderVersion: text(object(builder['version'], 'version')[kind === 'nix' ? 'nix' : 'zilch'], 'version'),
    kernel: text(machine['kernel'], 'kernel'),
    cpuVendor: text(machine['cpuVendor'], 'cpuVendor'),
    cpuModel: text(machine['cpuModel'], 'cpuModel'),
    cores,
    clock: text(machine['clock'], 'clock'),
    fileSystem: text(machine['fileSystem'], 'fileSystem'),
    virtual,
    operator: text(machine['operator'], 'operator'),
    observed,
    ...(machine['varied'] === undefined ? {} : { varied: variations(machine['varied']) }),
  };
}

function variations(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) throw new Wrong('varied is not a list of what was changed');
  const names = value.map((name) => text(name, 'varied'));
  ascending(names, 'variations');
  return names;
}

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Wrong(`${what} is not an object`);
  return value as Json;
}

function list(value: unknown, what: string): Json[] {
  if (!Array.isArray(value)) throw new Wrong(`${what} is not a list`);
  return value.map((item) => object(item, `an item of ${what}`));
}

/** Only printable ASCII, so two texts that look the same are the same. */
function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || !/^[ -~]{1,200}$/.test(value)) throw new Wrong(`${what} is not a text of 1 to 200 characters of ASCII`);
  return value;
}

function equal(value: unknown, wanted: string, what: string): void {
  if (value !== wanted) throw new Wrong(`${what} has the type ${JSON.stringify(value)}, not ${wanted}`);
}

function storePath(value: unknown, what: string): StorePath {
  const path = parseStorePath(typeof value === 'string' ? value : '');
  if (!path.ok) throw new Wrong(`${what}: ${path.failure.message}`);
  return path.value;
}

function drvPath(value: unknown, what: string): DrvPath {
  const path = storePath(value, what);
  if (!isDrvPath(path)) throw new Wrong(`${what} is not a derivation`);
  return path;
}

function digest(item: Json, what: string): Sha256 {
  const hash = parseSha256(String(object(item['digest'], `the digest of ${what}`)['sha256']));
  if (!hash.ok) throw new Wrong(`${what}: ${hash.failure.message}`);
  return hash.value;
}

function time(value: unknown, what: string): string {
  const date = new Date(typeof value === 'string' ? value : '');
  if (Number.isNaN(date.getTime()) || date.toISOString() !== value) throw new Wrong(`${what} is not a time such as 2026-11-26T12:00:00.000Z`);
  return date.toISOString();
}

/** Strictly: nothing twice. */
function ascending(values: readonly string[], what: string): void {
  if (values.some((value, index) => index > 0 && value <= values[index - 1]!)) throw new Wrong(`its ${what} are not sorted, or one is there twice`);
}
