/** Checks that no output names itself unless the derivation allows it. */
import type { Derivation } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { NewPath } from '../store/index.js';
import { nameFiles } from './files-naming.js';

/**
 * Fails with `E_SELF_REFERENCE` if an output names itself and the derivation forbids it: in `disallowedReferences`,
 * which Nix has as well, or, where outputs may name each other, in `noSelfReferences`. The failure names the files. The
 * reason for the rule is in docs/decisions/0017-no-output-names-itself.md.
 */
export async function checkSelfReferences(drv: Derivation, outputs: ReadonlyMap<string, NewPath>): Promise<Result<void>> {
  const refused = new Set(['disallowedReferences', 'noSelfReferences'].flatMap((attribute) => (drv.env.get(attribute) ?? '').split(/[ \t\n\r]+/)));
  for (const [outputName, { hostPath, info }] of outputs) {
    if (!refused.has(outputName) || !info.references.includes(info.path)) continue;
    const files = await nameFiles(info.path, outputName, hostPath);
    if (!files.ok) return files;
    return fail(
      'E_SELF_REFERENCE',
      `output "${outputName}" of ${drv.name} names itself, in ${files.value}`,
      'configure it for a place that does not exist and install it with DESTDIR, or make it search beside its program; if that is impossible, give the reason in `references: { self: … }`',
    );
  }
  return ok(undefined);
}
