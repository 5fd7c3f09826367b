/**
 * Placeholders: strings that replace paths in a derivation until these are known. They cannot occur by chance. Source:
 * Nix's `hashPlaceholder`, `downstreamPlaceholder`, `tryResolve` and `makeFallbackPath`.
 */
import { encodeBase32 } from '../base32.js';
import { sha256, type Sha256 } from '../hash.js';
import { makeOutputPath, makeStorePath, storePathBaseName, storePathHash, storePathName, type DrvPath, type StorePath } from '../store-path.js';
import { outputPathName, type Derivation, type DerivationOutput } from './derivation.js';
import { hashDerivationModulo } from './modulo.js';

/** Replaces one of the derivation's own outputs. */
export function outputPlaceholder(outputName: string): string {
  return placeholderOf(`nix-output:${outputName}`);
}

/** Replaces an output of another derivation whose path is known only after its build. */
export function downstreamPlaceholder(drvPath: DrvPath, outputName: string): string {
  const drvName = storePathName(drvPath).slice(0, -'.drv'.length);
  return placeholderOf(`nix-upstream-output:${storePathHash(drvPath)}:${outputPathName(drvName, outputName)}`);
}

function placeholderOf(clearText: string): string {
  return `/${encodeBase32(Buffer.from(sha256(clearText), 'hex'))}`;
}

const NO_HASH = '0'.repeat(64) as Sha256;

/** The path where a floating output is built, before its content and so its final path is known. */
export function scratchPath(drvPath: DrvPath, drv: Derivation, outputName: string): StorePath {
  return makeStorePath(`rewrite:${storePathBaseName(drvPath)}:name:${outputName}`, NO_HASH, outputPathName(drv.name, outputName));
}

/** Finds the path of a realised output; `undefined` if it is not built yet. */
export type OutputLookup = (drvPath: DrvPath, outputName: string) => StorePath | undefined;

/**
 * Replaces input derivations by the store paths of their outputs. The result then depends on what the inputs are and
 * not on how they were made. Deferred outputs get their paths. Returns `undefined` while an input is not realised.
 */
export function resolveDerivation(drv: Derivation, lookup: OutputLookup): Derivation | undefined {
  const paths = new Set(drv.inputSrcs);
  const replacements = new Map<string, string>();
  for (const [drvPath, outputNames] of drv.inputDrvs) {
    for (const outputName of outputNames) {
      const path = lookup(drvPath, outputName);
      if (path === undefined) return undefined;
      paths.add(path);
      replacements.set(downstreamPlaceholder(drvPath, outputName), path);
    }
  }
  const replace = replacer(replacements);
  return withOutputPaths({
    ...drv,
    inputDrvs: new Map(),
    inputSrcs: [...paths].sort(),
    builder: replace(drv.builder),
    args: drv.args.map(replace),
    env: new Map([...drv.env].map(([key, value]) => [replace(key), replace(value)])),
  });
}

/** Gives deferred outputs input-addressed paths. The derivation must have no input derivations. */
function withOutputPaths(drv: Derivation): Derivation {
  if (![...drv.outputs.values()].some(({ kind }) => kind === 'deferred')) return drv;
  const outputs = new Map<string, DerivationOutput>(drv.outputs);
  const env = new Map(drv.env);
  const hashes = hashDerivationModulo(drv, () => new Map(), true);
  for (const [name, output] of drv.outputs) {
    if (output.kind !== 'deferred') continue;
    const path = makeOutputPath(name, hashes.get(name)!, outputPathName(drv.name, name));
    outputs.set(name, { kind: 'input-addressed', path });
    env.set(name, path);
  }
  return { ...drv, outputs, env };
}

/** Makes a function that replaces every key by its value, in one pass over the text. */
export function replacer(replacements: ReadonlyMap<string, string>): (text: string) => string {
  if (replacements.size === 0) return (text) => text;
  const pattern = new RegExp([...replacements.keys()].map((key) => key.replace(/[.+?]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (found) => replacements.get(found) ?? found);
}
