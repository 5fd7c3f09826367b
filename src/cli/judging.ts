/** Claims held against a policy, for the commands that ask for it. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { admit, judge, parsePolicy, readClaims, Steps, type Admission, type ClaimedOutput, type Judgement, type Policy } from '../evidence/index.js';
import type { DrvPath } from '../formats/index.js';
import type { EvidenceFacts } from '../report/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { collect } from './command.js';
import { BuiltOutputs, type Session } from './session.js';

export interface Judged {
  readonly policy: Policy;
  readonly admission: Admission;
  readonly judgement: Judgement;
}

/** Reads the policy and the claims, and judges all that the roots need. What this store has built itself is held against the claims. */
export async function judgeClaims(
  session: Session,
  roots: readonly DrvPath[],
  { policyFile, places }: { readonly policyFile: string; readonly places: readonly string[] },
): Promise<Result<Judged>> {
  if (places.length === 0) return fail('E_USAGE', 'no claims are named', 'name files, directories or addresses of claims');
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

/** What was built in this store, and not copied into it. */
function ownOutputs(session: Session): (drvPath: DrvPath) => readonly ClaimedOutput[] | undefined {
  const built = new BuiltOutputs(session);
  return (drvPath) => {
    const names = [...(session.chain.derivations.get(drvPath)?.outputs.keys() ?? [])].sort();
    const outputs = names.flatMap((name): ClaimedOutput[] => {
      const info = built.find(drvPath, name);
      if (info?.ultimate !== true) return [];
      const { path, narHash, narSize, references } = info;
      return [{ name, path, narHash, narSize, references: [...references].sort() }];
    });
    return outputs.length === names.length && names.length > 0 ? outputs : undefined;
  };
}

export interface EvidenceOptions {
  readonly policy?: string;
  readonly claims?: readonly string[];
}

/** Adds `--policy` and `--claims` for pages that show who confirms what. */
export function withEvidence(command: Command): Command {
  return command
    .option('--policy <file>', 'show who confirms what: whose claims count, and how many of them must agree')
    .option('--claims <place>', 'the claims: file, directory, http://, https:// or s3://…; may be given more than once', collect);
}

/** What gives the matrix of all targets, read anew each time; `undefined` without a policy. */
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
      lacks: lacks.map(({ what, have, need }) => `${have} of ${need} ${what}`),
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
