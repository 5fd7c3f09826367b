import type { BuildReport } from '../build/index.js';
import { err, ok, type Result } from '../result.js';
import type { Session } from '../workspace/index.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** The result of a finished run: a failed build, or one whose output differs from an earlier one, ours or Nix's. */
export async function verdict({ chain }: Session, { failures, comparisons }: BuildReport): Promise<Result<ExitCode | undefined>> {
  if (failures.size > 0) return ok(EXIT.failed);
  if (![...comparisons.values()].some(({ kind }) => kind === 'different')) return ok(undefined);
  const { firstDifferentBuild } = await import('../exchange/index.js');
  return err(firstDifferentBuild(chain.derivations, comparisons)!);
}
