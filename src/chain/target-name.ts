import { parseOutputName } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Chain, Target } from '../recipe/index.js';

/** What `stage1` or `stage1^protobusybox` on a command line means. */
export interface TargetName {
  readonly target: Target;
  /** `undefined` where no output was named. */
  readonly outputName: string | undefined;
}

/** Finds what a user names; fails with the nearest names when there is no such target or output. */
export function findTarget(chain: Chain, name: string): Result<TargetName> {
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

/** Levenshtein's distance, one row of the table at a time. */
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
