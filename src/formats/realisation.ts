/**
 * A realisation names the store path of a floating content-addressed derivation's output. Source:
 * Nix's `realisation.cc` (2.8), and the table `Realisations` of its database.
 */
import { fail, ok, type Failure, type Result } from '../result.js';
import { parseHash, type Sha256 } from './hash.js';
import { parseOutputName } from './output-name.js';
import { parseSignature } from './signature.js';
import { checkName, parseStorePathBaseName, storePathBaseName, type StorePath } from './store-path.js';

/** Names an output by the derivation's hash modulo fixed outputs, so it is the same for every equal derivation. */
export interface DrvOutputId {
  readonly drvHash: Sha256;
  readonly outputName: string;
}

export interface Realisation {
  readonly id: DrvOutputId;
  readonly outPath: StorePath;
  /** `key-name:base64` each. */
  readonly signatures: readonly string[];
  /** The realisations this one was built from, if the output refers to theirs; keys are the text forms of ids. */
  readonly dependentRealisations: ReadonlyMap<string, StorePath>;
}

/** Writes `sha256:<hex>!<output>`, the text form of an id. */
export function formatDrvOutputId({ drvHash, outputName }: DrvOutputId): string {
  return `sha256:${drvHash}!${outputName}`;
}

/** Reads the text form of an id; the hash may be in any encoding. Fails with `E_REALISATION`. */
export function parseDrvOutputId(text: string): Result<DrvOutputId> {
  const { of, outputName = '' } = parseOutputName(text, '!');
  const hash = parseHash(of);
  if (!hash.ok || hash.value.algorithm !== 'sha256' || !checkName(outputName).ok) {
    return fail('E_REALISATION', `"${text}" is not a derivation output's id: sha256:<hash>!<output name>`);
  }
  return ok({ drvHash: hash.value.hex as Sha256, outputName });
}

/** The JSON text of a `.doi` file in a binary cache, its keys sorted. */
export function writeRealisation(realisation: Realisation): string {
  const { dependentRealisations, id, outPath } = jsonOf(realisation);
  return JSON.stringify({ dependentRealisations, id, outPath, signatures: [...realisation.signatures].sort() });
}

/** The text that a realisation's signatures sign: its JSON without them. */
export function realisationFingerprint(realisation: Realisation): string {
  return JSON.stringify(jsonOf(realisation));
}

function jsonOf({ id, outPath, dependentRealisations }: Realisation): {
  readonly dependentRealisations: Record<string, string>;
  readonly id: string;
  readonly outPath: string;
} {
  const dependent = [...dependentRealisations].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    dependentRealisations: Object.fromEntries(dependent.map(([dependentId, path]) => [dependentId, storePathBaseName(path)])),
    id: formatDrvOutputId(id),
    outPath: storePathBaseName(outPath),
  };
}

/**
 * Reads a `.doi` file; malformed signatures are ignored. Fails with `E_REALISATION` and the name of the wrong field.
 */
export function parseRealisation(text: string): Result<Realisation> {
  const json = parseObject(text);
  if (json === undefined) return fail('E_REALISATION', 'a realisation is not a JSON object');
  const { id: idText, outPath: outPathText, signatures = [], dependentRealisations = {} } = json;
  if (typeof idText !== 'string') return wrongField('id', 'text');
  const id = parseDrvOutputId(idText);
  if (!id.ok) return id;
  const outPath = typeof outPathText === 'string' ? parseStorePathBaseName(outPathText) : undefined;
  if (outPath?.ok !== true) return wrongField('outPath', 'the base name of a store path', outPath?.failure);
  if (!Array.isArray(signatures)) return wrongField('signatures', 'a list');
  const readable = signatures.filter((signature) => typeof signature === 'string' && parseSignature(signature).ok) as string[];
  const dependent = parseDependent(dependentRealisations);
  return dependent.ok ? ok({ id: id.value, outPath: outPath.value, signatures: readable, dependentRealisations: dependent.value }) : dependent;
}

function parseDependent(json: unknown): Result<ReadonlyMap<string, StorePath>> {
  const wrong = 'ids and the base names of store paths';
  if (!isObject(json)) return wrongField('dependentRealisations', wrong);
  const dependent = new Map<string, StorePath>();
  for (const [idText, pathText] of Object.entries(json)) {
    const id = parseDrvOutputId(idText);
    const path = typeof pathText === 'string' ? parseStorePathBaseName(pathText) : undefined;
    if (!id.ok || path?.ok !== true) return wrongField('dependentRealisations', wrong);
    dependent.set(formatDrvOutputId(id.value), path.value);
  }
  return ok(dependent);
}

function wrongField(field: string, wanted: string, cause?: Failure): Result<never> {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return fail('E_REALISATION', `a realisation's "${field}" is not ${wanted}${why}`, undefined, cause);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
