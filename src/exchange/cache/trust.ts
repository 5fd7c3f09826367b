import {
  formatDrvOutputId,
  pathFingerprint,
  realisationFingerprint,
  verifyText,
  type NarInfo,
  type PathInfo,
  type PublicKey,
  type Realisation,
  type StorePath,
} from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';

/** Whose word is taken. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** False takes anybody's: what a path holds is still checked against what the cache says, but the cache may say anything. */
  readonly checkSignatures: boolean;
  /** Takes the place of signatures: what enough others say they have built, and nothing else. */
  readonly vouched?: Vouched | undefined;
}

/** What builds gave, by the word of others than the cache. */
export interface Vouched {
  /** By the text of the output's id. */
  readonly realisations: ReadonlyMap<string, StorePath>;
  readonly paths: ReadonlyMap<StorePath, Pick<PathInfo, 'narHash' | 'narSize' | 'references'>>;
}

const HINT = 'give the cache’s key with --trusted-public-keys, or take unsigned paths with --no-check-sigs';

/** Fails with `E_UNTRUSTED` unless a trusted key signed what the cache says of the path, or others vouch for it. */
export function checkPathTrust(info: NarInfo, trust: Trust, cache: string): Result<void> {
  if (trust.vouched !== undefined) {
    const said = trust.vouched.paths.get(info.path);
    const isSaid =
      said?.narHash === info.narHash && said.narSize === info.narSize && said.references.join(' ') === [...info.references].sort().join(' ');
    return isSaid ? ok(undefined) : fail('E_UNTRUSTED', `${cache} has ${info.path}, but the policy does not hold for that`, POLICY_HINT);
  }
  if (!trust.checkSignatures || isSigned(pathFingerprint(info), info.signatures, trust)) return ok(undefined);
  return fail('E_UNTRUSTED', `${cache} has ${info.path}, but ${whose(info.signatures)}`, HINT);
}

/** Fails with `E_UNTRUSTED` unless a trusted key signed that the build gave this path, or others vouch for that. */
export function checkRealisationTrust(realisation: Realisation, trust: Trust, cache: string): Result<void> {
  const { vouched } = trust;
  if (vouched !== undefined) {
    const all = [[formatDrvOutputId(realisation.id), realisation.outPath] as const, ...realisation.dependentRealisations];
    return all.every(([id, path]) => vouched.realisations.get(id) === path)
      ? ok(undefined)
      : fail('E_UNTRUSTED', `${cache} says that a build gave ${realisation.outPath}, but the policy does not hold for that`, POLICY_HINT);
  }
  if (!trust.checkSignatures || isSigned(realisationFingerprint(realisation), realisation.signatures, trust)) return ok(undefined);
  return fail('E_UNTRUSTED', `${cache} says that a build gave ${realisation.outPath}, but ${whose(realisation.signatures)}`, HINT);
}

const POLICY_HINT = 'zilch verify says what is missing; without it, it is built here';

function isSigned(text: string, signatures: readonly string[], { keys }: Trust): boolean {
  return signatures.some((signature) => verifyText(text, signature, keys));
}

function whose(signatures: readonly string[]): string {
  if (signatures.length === 0) return 'nobody signed that';
  return `no trusted key signed that (signatures are by ${signatures.map((signature) => signature.slice(0, signature.indexOf(':'))).join(', ')})`;
}
