/**
 * The rules of a derivation for its outputs' references: the attributes `allowedReferences`, `disallowedReferences`,
 * `allowedRequisites` and `disallowedRequisites`. Source: Nix's `checkOutputs`.
 */
import { parseStorePath, type Derivation, type PathInfo, type StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { NewPath } from '../store/index.js';
import { nameFiles } from './files-naming.js';

interface Rule {
  readonly attribute: string;
  /** Whether it lists the only allowed paths, or the forbidden ones. */
  readonly allows: boolean;
  /** Whether it applies to the whole closure; there, a path's reference to itself does not count. */
  readonly closure: boolean;
}

const RULES: readonly Rule[] = [
  { attribute: 'allowedReferences', allows: true, closure: false },
  { attribute: 'allowedRequisites', allows: true, closure: true },
  { attribute: 'disallowedReferences', allows: false, closure: false },
  { attribute: 'disallowedRequisites', allows: false, closure: true },
];

/**
 * Compares the outputs with the rules; fails with `E_REFERENCES`, naming output, rule, paths, and the files that
 * contain the first path.
 */
export async function checkReferenceRules(
  drv: Derivation,
  news: ReadonlyMap<string, NewPath>,
  referencesOf: (path: StorePath) => readonly StorePath[],
): Promise<Result<void>> {
  const outputs = new Map([...news].map(([name, { info }]) => [name, info]));
  for (const rule of RULES) {
    const value = drv.env.get(rule.attribute);
    if (value === undefined) continue;
    const listed = listedPaths(rule.attribute, value, outputs);
    if (!listed.ok) return listed;
    for (const [outputName, { info, hostPath }] of news) {
      const used = rule.closure ? closureWithoutSelf(info, outputs, referencesOf) : info.references;
      const bad = used.filter((path) => listed.value.has(path) !== rule.allows);
      if (bad.length === 0) continue;
      const broken = `output "${outputName}" of ${drv.name} breaks ${rule.attribute}: it refers to ${bad.join(', ')}`;
      if (rule.closure) return fail('E_REFERENCES', broken, 'run "zilch why" to find where it comes from; it may be a path compiled into a binary');
      const files = await nameFiles(bad[0]!, outputName, hostPath);
      if (!files.ok) return files;
      return fail('E_REFERENCES', `${broken}, in ${files.value}`, 'remove the path from these files, or change the rule');
    }
  }
  return ok(undefined);
}

function listedPaths(attribute: string, value: string, outputs: ReadonlyMap<string, PathInfo>): Result<ReadonlySet<StorePath>> {
  const paths = new Set<StorePath>();
  for (const word of value.split(/[ \t\n\r]+/).filter((word) => word !== '')) {
    const own = outputs.get(word);
    const path = own === undefined ? parseStorePath(word) : ok(own.path);
    if (!path.ok) return fail('E_REFERENCES', `${attribute} lists "${word}", which is neither a store path nor an output`);
    paths.add(path.value);
  }
  return ok(paths);
}

function closureWithoutSelf(
  info: PathInfo,
  outputs: ReadonlyMap<string, PathInfo>,
  referencesOf: (path: StorePath) => readonly StorePath[],
): readonly StorePath[] {
  const fresh = new Map([...outputs.values()].map((output) => [output.path, output.references]));
  const found = new Set<StorePath>([info.path]);
  for (const path of found) for (const reference of fresh.get(path) ?? referencesOf(path)) found.add(reference);
  found.delete(info.path);
  return [...found].sort();
}
