/** Who confirms what, as a matrix for pages. */
import type { EvidenceFacts } from '../report/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Session } from '../workspace/index.js';
import { judgeClaims, type Judged } from './judge-claims.js';
import { lackInWords } from './judge/judge.js';

export interface EvidenceOptions {
  readonly policy?: string;
  readonly claims?: readonly string[];
}

/** Returns a function that reads everything anew and returns the matrix of all targets; `undefined` without a policy. */
export function evidenceOf(session: Session, { policy, claims }: EvidenceOptions): Result<(() => Promise<Result<EvidenceFacts>>) | undefined> {
  if (policy === undefined) return claims === undefined ? ok(undefined) : fail('E_USAGE', '--claims mean nothing without --policy');
  const roots = session.chain.targets.map(({ build }) => build.drvPath);
  return ok(async () => {
    const judged = await judgeClaims(session, roots, { policyFile: policy, places: claims ?? [] });
    return judged.ok ? ok(evidenceFacts(judged.value)) : judged;
  });
}

function evidenceFacts({ policy, admission, judgement }: Judged): EvidenceFacts {
  return {
    operators: policy.operators,
    rows: judgement.steps.map(({ step, state, operators, lacks }) => ({
      id: step.name,
      state,
      // Where there is no claim at all, everything is lacking.
      lacks: state === 'missing' ? [] : lacks.map(lackInWords),
      cells: policy.operators.map((operator) => {
        const own = admission.claims.filter((one) => one.operator === operator && one.claim.recipe === step.recipe);
        const says = operators.includes(operator) ? 'same' : own.length > 0 ? 'other' : 'nothing';
        return { says, claims: own.length, varied: own.filter(({ claim }) => claim.how.varied !== undefined).length };
      }),
    })),
    deceivers: judgement.deceivers,
    refused: admission.refused.length + judgement.refused.length,
  };
}
