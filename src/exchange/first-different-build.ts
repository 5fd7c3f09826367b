import type { BuildReport } from '../build/index.js';
import type { TreeDifference } from '../diff/index.js';
import type { Derivation, DrvPath } from '../formats/index.js';
import type { Failure } from '../result.js';
import { inOrder } from './in-order.js';

/**
 * Of all that came out differently, the derivation that needs none of the others: what made the difference. Names the first
 * file that differs, and its bytes on both sides. `undefined` when nothing differs.
 */
export function firstDifferentBuild(derivations: ReadonlyMap<DrvPath, Derivation>, comparisons: BuildReport['comparisons']): Failure | undefined {
  const ordered = inOrder(derivations.keys(), (drvPath) => derivations.get(drvPath)?.inputDrvs.keys() ?? []);
  if (!ordered.ok) throw new Error(`Internal error: ${ordered.failure.message}`);
  for (const drvPath of ordered.value) {
    const comparison = comparisons.get(drvPath);
    const difference = comparison?.kind === 'different' ? comparison.differences[0] : undefined;
    if (difference === undefined) continue;
    const { outputName, path, kept, first } = difference;
    const where = first.file === '' ? '' : ` in ${first.file}`;
    return {
      code: 'E_DIFFERENT',
      message: `${drvPath} is the first that differs: its output ${outputName}, ${path} here, differs${where}: ${first.what}${bytesOf(first)}`,
      hint: `what the other build made is kept at ${kept}`,
    };
  }
  return undefined;
}

function bytesOf({ bytes }: TreeDifference): string {
  if (bytes === undefined) return '';
  const shown = (hex: string): string => (hex === '' ? 'end of file' : hex.replace(/(..)(?=.)/g, '$1 '));
  return ` (${shown(bytes.first)} here, ${shown(bytes.second)} there)`;
}
