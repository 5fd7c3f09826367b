import { parseOutputName } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';

/** The meaning of `stage1` or `stage1^protobusybox` on a command line. */
export interface TargetName<T> {
  readonly target: T;
  /** `undefined` if no output was named. */
  readonly outputName: string | undefined;
}

interface Nameable {
  readonly name: string;
  readonly recipe: { readonly outputNames: readonly string[] };
}

/** Finds the target and output that a user names; fails with the nearest names if there is none. */
export function findTarget<T extends Nameable>(chain: { readonly targets: readonly T[] }, name: string): Result<TargetName<T>> {
  const { of: targetName, outputName } = parseOutputName(name);
  const target = chain.targets.find((candidate) => candidate.name === targetName);
  if (target === undefined) {
    const names = chain.targets.map((candidate) => candidate.name);
    return fail('E_TARGET', `there is no target "${targetName}"`, suggestion(targetName, names) ?? '`zilch list` shows all targets');
  }
  const outputs = target.recipe.outputNames;
  if (outputName !== undefined && !outputs.includes(outputName)) {
    return fail('E_TARGET', `${targetName} has no output "${outputName}"`, `its outputs: ${outputs.join(', ')}`);
  }
  return ok({ target, outputName });
}

function suggestion(wrong: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)));
  near.sort((a, b) => a.distance - b.distance);
  return near[0] === undefined ? undefined : `did you mean ${near[0].name}? \`zilch list\` shows all targets`;
}

/** Levenshtein's distance, computed by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
