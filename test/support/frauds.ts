/**
 * What a liar may try, each with his reason. Alice is honest and alone; two must agree. Mallory, whose key the policy knows, or somebody
 * without any key, wants a second voice for what Alice said, or something false to be believed.
 */
import { KEYS, signed, World } from './evidence-world.js';
import { formatPublicKey, publicKeyOf, type SecretKey } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import type { Claim } from '../../src/evidence/claim/claim.js';
import { parsePolicy, type Policy } from '../../src/evidence/policy/policy.js';

export const world = new World();
export const honest = world.claims();
export const publicText = (secret: SecretKey): string => formatPublicKey(publicKeyOf(secret));

export function policyText(change: (policy: ReturnType<typeof basis>) => unknown = (policy) => policy): string {
  return JSON.stringify(change(basis()));
}

export function basis() {
  return {
    version: 1,
    operators: {
      alice: { keys: [{ key: publicText(KEYS.alice) }] },
      bob: { keys: [{ key: publicText(KEYS.bob) }] },
      mallory: { keys: [{ key: publicText(KEYS.mallory) }] },
    },
    need: { operators: 2 } as Record<string, unknown>,
  };
}

export const policy = unwrap(parsePolicy(policyText(), 'policy.json'));
export const alices = honest.map((claim) => signed(claim, KEYS.alice));
/** The system, the last step: the one that the frauds are about. */
export const system = honest.at(-1)!;
export const library = honest.find(({ target }) => target === 'library')!;
export const compiler = honest.find(({ target }) => target === 'compiler')!;
/** Bob confirms all but the system, and of that he says nothing. */
export const bobs = honest.slice(0, -1).map((claim) => signed(claim, KEYS.bob));

/** All that is refused, in one text. */
export function refusalsOf(lines: readonly string[], by: Policy = policy): { readonly holds: boolean; readonly why: string } {
  const { holds, admission, refused, elsewhere } = world.judge([...alices, ...bobs, ...lines], by);
  return {
    holds,
    why: [...admission.refused, ...refused, ...elsewhere.map(({ first }) => ({ why: `elsewhere: ${first}` }))].map(({ why }) => why).join('\n'),
  };
}

export function policyOf(change: (policy: ReturnType<typeof basis>) => unknown): Policy {
  return unwrap(parsePolicy(policyText(change), 'policy.json'));
}

/** A claim that Mallory signs. */
export function byMallory(change: Partial<Claim>, of: Claim = system): string {
  return signed({ ...of, ...change }, KEYS.mallory);
}
