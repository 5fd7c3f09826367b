/** No output names itself, unless the derivation lets it. */
import { lstatSync, readdirSync } from 'node:fs';
import { storePathHash, type Derivation, type StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { scanTree, type NewPath } from '../store/index.js';

/** How many files a failure names. */
const NAMED = 5;

/**
 * Fails with `E_SELF_REFERENCE` where an output names itself and the derivation says that it must not: in `disallowedReferences`, which Nix
 * knows as well, or, where outputs may name each other, in `noSelfReferences`. The failure names the files. Why there is such a rule is told
 * in docs/decisions/0016-no-output-names-itself.md.
 */
export async function checkSelfReferences(drv: Derivation, outputs: ReadonlyMap<string, NewPath>): Promise<Result<void>> {
  const refused = new Set(['disallowedReferences', 'noSelfReferences'].flatMap((attribute) => (drv.env.get(attribute) ?? '').split(/[ \t\n\r]+/)));
  for (const [outputName, { hostPath, info }] of outputs) {
    if (!refused.has(outputName) || !info.references.includes(info.path)) continue;
    const files = await filesNaming(info.path, hostPath);
    if (!files.ok) return files;
    const named = files.value.slice(0, NAMED).map((file) => `$${outputName}${file}`);
    const more = files.value.length > NAMED ? ` and ${files.value.length - NAMED} more` : '';
    return fail(
      'E_SELF_REFERENCE',
      `output "${outputName}" of ${drv.name} names itself, in ${named.join(', ')}${more}`,
      'configure it for a place that does not exist and install it with DESTDIR, or have it look beside its program; if it cannot be helped, say why in `references: { self: … }`',
    );
  }
  return ok(undefined);
}

/** The files below `root`, as `/bin/tool`, that have the path's hash in their content, target or name. */
async function filesNaming(path: StorePath, root: string): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  const pending = [''];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const hostPath = `${root}${file}`;
    const isDirectory = lstatSync(hostPath).isDirectory();
    if (isDirectory) for (const name of readdirSync(hostPath).sort().reverse()) pending.push(`${file}/${name}`);
    const scan = isDirectory ? ok({ references: [] as readonly StorePath[] }) : await scanTree(hostPath, [path]);
    if (!scan.ok) return scan;
    if (scan.value.references.length > 0 || file.slice(file.lastIndexOf('/')).includes(storePathHash(path))) found.push(file);
  }
  return ok(found);
}
