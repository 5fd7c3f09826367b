/** Evidence: who claims to have built what, on which machine; whom a policy believes; what a thing is made of. */
export { attest, type Attested, type AttestRequest } from './attest.js';
export type { Claim, ClaimedOutput } from './claim/claim.js';
export { addClaims, nixFiles, publicKeyFiles, signatureFiles } from './claims-folder.js';
export type { Admission } from './judge/admit.js';
export { OWN, type Disagreement, type Judgement, type StepVerdict } from './judge/judge.js';
export { evidenceOf, type EvidenceOptions } from './evidence-facts.js';
export { judgeClaims, type Judged } from './judge-claims.js';
export { vouchedBy } from './judge/vouch.js';
export { checkSignatures, type SignatureVerdict } from './origin/signatures.js';
export type { Policy } from './policy/policy.js';
export { cycloneDx } from './sbom/cyclonedx.js';
export { spdx } from './sbom/spdx.js';
export { bomSubject } from './sbom/subject.js';
export { checkKeyName } from './signing/key.js';
export { Steps } from './steps.js';
export { nameOf, planRuns, type Cover, type PlannedRun } from './vary/plan.js';
export { variationsHere, type Available, type Variation } from './vary/variations.js';
export { vary, type Finding, type RunOutcome, type Varied } from './vary/vary.js';
