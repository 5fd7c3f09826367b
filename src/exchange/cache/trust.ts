import { pathFingerprint, realisationFingerprint, verifyText, type NarInfo, type PublicKey, type Realisation } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';

/** Whose word is taken. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** False takes anybody's: what a path holds is still checked against what the cache says, but the cache may say anything. */
  readonly checkSignatures: boolean;
}

const HINT = 'give the cache’s key with --trusted-public-keys, or take unsigned paths with --no-check-sigs';

/** Fails with `E_UNTRUSTED` unless a trusted key signed what the cache says of the path. */
export function checkPathTrust(info: NarInfo, trust: Trust, cache: string): Result<void> {
  if (!trust.checkSignatures || isSigned(pathFingerprint(info), info.signatures, trust)) return ok(undefined);
  return fail('E_UNTRUSTED', `${cache} has ${info.path}, but ${whose(info.signatures)}`, HINT);
}

/** Fails with `E_UNTRUSTED` unless a trusted key signed that the build gave this path. */
export function checkRealisationTrust(realisation: Realisation, trust: Trust, cache: string): Result<void> {
  if (!trust.checkSignatures || isSigned(realisationFingerprint(realisation), realisation.signatures, trust)) return ok(undefined);
  return fail('E_UNTRUSTED', `${cache} says that a build gave ${realisation.outPath}, but ${whose(realisation.signatures)}`, HINT);
}

function isSigned(text: string, signatures: readonly string[], { keys }: Trust): boolean {
  return signatures.some((signature) => verifyText(text, signature, keys));
}

function whose(signatures: readonly string[]): string {
  if (signatures.length === 0) return 'nobody signed that';
  return `no trusted key signed that (signatures are by ${signatures.map((signature) => signature.slice(0, signature.indexOf(':'))).join(', ')})`;
}
