/** Which lines count: those that a key of the policy signed in its time, and that do not contradict themselves. */
import { makeContentPath, sha256Hash, storePathName, type PublicKey } from '../../formats/index.js';
import type { Claim, ClaimedInput, ClaimedOutput } from '../claim/claim.js';
import { isSealedBy, parseEnvelope } from '../claim/envelope.js';
import { parseStatement } from '../claim/statement.js';
import type { Policy, PolicyKey } from '../policy/policy.js';

/** A line of a file of claims. */
export interface ClaimLine {
  /** `<file>:<line>`, for people. */
  readonly where: string;
  readonly text: string;
}

/** A claim that counts. */
export interface Admitted {
  readonly where: string;
  readonly operator: string;
  readonly key: PublicKey;
  readonly claim: Claim;
}

export interface Refused {
  readonly where: string;
  readonly why: string;
}

export interface Admission {
  readonly claims: readonly Admitted[];
  readonly refused: readonly Refused[];
  /** The number of lines that were there before; a line counts once. */
  readonly repeated: number;
}

/** Clocks and time zones differ. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** `now` is in milliseconds since 1970. */
export function admit(lines: Iterable<ClaimLine>, policy: Policy, now: number): Admission {
  const claims: Admitted[] = [];
  const refused: Refused[] = [];
  const seen = new Set<string>();
  let repeated = 0;
  for (const { where, text } of lines) {
    if (seen.has(text)) {
      repeated++;
      continue;
    }
    seen.add(text);
    const admitted = admitLine(text, policy, now);
    if (typeof admitted === 'string') refused.push({ where, why: admitted });
    else claims.push({ where, ...admitted });
  }
  return { claims, refused, repeated };
}

/** The claim, or why the line does not count. */
function admitLine(line: string, policy: Policy, now: number): Omit<Admitted, 'where'> | string {
  const envelope = parseEnvelope(line);
  if (!envelope.ok) return envelope.failure.message;
  const known = policy.keys.get(envelope.value.keyId);
  if (known === undefined) return `the policy does not know the key ${envelope.value.keyId.slice(0, 16)}…`;
  const { key, operator, revoked } = known;
  if (!isSealedBy(envelope.value, key)) return `${key.name} of ${operator} did not sign this`;
  if (revoked) return `${key.name} of ${operator} is revoked, so its claims do not count, whatever their dates`;
  const claim = parseStatement(envelope.value.payload);
  if (!claim.ok) return claim.failure.message;
  const why = whyNotTimely(claim.value, known, now) ?? whyInconsistent(claim.value);
  return why ?? { operator, key, claim: claim.value };
}

function whyNotTimely({ finishedOn }: Claim, { key, from, until }: PolicyKey, now: number): string | undefined {
  const at = Date.parse(finishedOn);
  if (at > now + MAX_AHEAD_MS) return `it is dated ${finishedOn}, which has not come yet`;
  if (from !== undefined && at < from) return `it is dated ${finishedOn}, before the first day of ${key.name}`;
  if (until !== undefined && at >= until) return `it is dated ${finishedOn}, after ${key.name} has expired`;
  return undefined;
}

/** Paths are functions of their contents, so most of a claim can be checked without the contents. */
function whyInconsistent(claim: Claim): string | undefined {
  const output = claim.outputs.find((one) => !provesItself(one));
  if (output !== undefined) return `no tree with the claimed hash can have the path ${output.path}`;
  const seeds = claim.seeds.map((seed): ClaimedInput => ({ ...seed, kind: 'file' }));
  const input = [...claim.inputs, ...seeds].find((one) => !isItself(one));
  if (input !== undefined) return `no file with the claimed hash can have the path ${input.path}`;
  return undefined;
}

/** The path of an output that refers to itself cannot be checked: its hash leaves its own name out, and a claim does not have that hash. */
function provesItself({ path, narHash, references }: ClaimedOutput): boolean {
  if (references.includes(path)) return true;
  return makeContentPath(storePathName(path), 'recursive', sha256Hash(narHash), { others: references, self: false }) === path;
}

function isItself({ path, sha256, kind }: ClaimedInput): boolean {
  if (kind === 'output') return true;
  return makeContentPath(storePathName(path), kind === 'source' ? 'flat' : 'recursive', sha256Hash(sha256)) === path;
}
