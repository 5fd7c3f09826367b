/** Shared by the commands that build. */
import type { BuildReport } from '../build/index.js';
import type { Wanted } from '../chain/index.js';
import type { Vouched } from '../exchange/index.js';
import { fail, ok, type Result } from '../result.js';
import { buildInSession, type RunContext, type Session } from '../workspace/index.js';
import type { BuildCommandOptions } from './build-options.js';

export * from './build-options.js';

/** Fetches what is missing, and builds. It takes a path from a cache only if the policy of the options holds for it. */
export async function runBuild(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildCommandOptions,
  context: RunContext,
): Promise<Result<BuildReport>> {
  const vouched = await vouchedFor(session, options);
  return vouched.ok ? buildInSession(session, wanted, { ...options, vouched: vouched.value }, context) : vouched;
}

/** The outputs of the chain for which the policy of the options holds; `undefined` without a policy. */
async function vouchedFor(session: Session, { substituters, policy, claims }: BuildCommandOptions): Promise<Result<Vouched | undefined>> {
  if (policy === undefined && claims === undefined) return ok(undefined);
  if (substituters === undefined) return fail('E_USAGE', '--policy and --claims mean nothing without --substituters');
  if (policy === undefined) return fail('E_USAGE', '--claims mean nothing without --policy');
  // Loaded here, because most builds do not need it and start faster without it.
  const { judgeClaims, vouchedBy } = await import('../evidence/index.js');
  const judged = await judgeClaims(session, [...session.chain.derivations.keys()], { policyFile: policy, places: claims ?? [] });
  return judged.ok ? ok(vouchedBy(judged.value.judgement, session.chain)) : judged;
}
