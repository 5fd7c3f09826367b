/** Reads claims about the open chain, and judges them by a policy. */
import { readFileSync } from 'node:fs';
import type { DrvPath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { BuiltOutputs, type Session } from '../workspace/index.js';
import type { ClaimedOutput } from './claim/claim.js';
import { admit, type Admission } from './judge/admit.js';
import { judge, type Judgement } from './judge/judge.js';
import { readClaims } from './places.js';
import { parsePolicy, type Policy } from './policy/policy.js';
import { Steps } from './steps.js';

export interface Judged {
  readonly policy: Policy;
  readonly admission: Admission;
  readonly judgement: Judgement;
}

/** Reads the policy and the claims, and judges everything that the roots need. This store's own builds are compared with the claims. */
export async function judgeClaims(
  session: Session,
  roots: readonly DrvPath[],
  { policyFile, places }: { readonly policyFile: string; readonly places: readonly string[] },
): Promise<Result<Judged>> {
  if (places.length === 0) return fail('E_USAGE', 'no claims were given', 'name a file, directory or address of claims with --claims');
  const text = attempt('read the policy', policyFile, () => readFileSync(policyFile, 'utf8'));
  if (!text.ok) return text;
  const policy = parsePolicy(text.value, policyFile);
  if (!policy.ok) return policy;
  const lines = await readClaims(places, policy.value.keys.keys(), process.env);
  if (!lines.ok) return lines;
  const admission = admit(lines.value, policy.value, Date.now());
  const steps = new Steps(session.loaded.chain, session.chain);
  return ok({ policy: policy.value, admission, judgement: judge(steps, roots, admission.claims, policy.value, ownOutputs(session)) });
}

/** The outputs of a derivation if they were built in this store, and not copied into it. */
function ownOutputs(session: Session): (drvPath: DrvPath) => readonly ClaimedOutput[] | undefined {
  const built = new BuiltOutputs(session);
  return (drvPath) => {
    const names = [...(session.chain.derivations.get(drvPath)?.outputs.keys() ?? [])].sort();
    const outputs = names.flatMap((name): ClaimedOutput[] => {
      const found = built.find(drvPath, name);
      const info = found?.ultimate === true ? session.store.pathInfo(found.path) : undefined;
      if (info === undefined) return [];
      const { path, narHash, narSize, references } = info;
      return [{ name, path, narHash, narSize, references: [...references].sort() }];
    });
    return outputs.length === names.length && names.length > 0 ? outputs : undefined;
  };
}
