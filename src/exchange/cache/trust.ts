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

/** Who is trusted. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /**
   * If false, unsigned answers are accepted. Contents are still compared with the cache's promise, but that may be
   * anything.
   */
  readonly checkSignatures: boolean;
  /** Replaces signatures: only outputs that enough others claim to have built are accepted. */
  readonly vouched?: Vouched | undefined;
}

/** Realisations that others than the cache claim. */
export interface Vouched {
  /** By the text of the output's id. */
  readonly realisations: ReadonlyMap<string, StorePath>;
  readonly paths: ReadonlyMap<StorePath, Pick<PathInfo, 'narHash' | 'narSize' | 'references'>>;
}

const HINT = 'give the cache’s key with --trusted-public-keys, or take unsigned paths with --no-check-sigs';

/** Fails with `E_UNTRUSTED` unless a trusted key signed the cache's narinfo of the path, or others vouch for it. */
export function checkPathTrust(info: NarInfo, trust: Trust, cache: string): Result<void> {
  if (trust.vouched !== undefined) {
    const said = trust.vouched.paths.get(info.path);
    const isSaid =
      said?.narHash === info.narHash && said.narSize === info.narSize && said.references.join(' ') === [...info.references].sort().join(' ');
    return isSaid ? ok(undefined) : fail('E_UNTRUSTED', `${cache} has ${info.path}, but the policy does not hold for it`, POLICY_HINT);
  }
  if (!trust.checkSignatures || isSigned(pathFingerprint(info), info.signatures, trust)) return ok(undefined);
  return fail('E_UNTRUSTED', `${cache} has ${info.path}, but ${whose(info.signatures)}`, HINT);
}

/** Fails with `E_UNTRUSTED` unless a trusted key signed the realisation, or others vouch for it. */
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

const POLICY_HINT = '`zilch verify` shows what is missing; otherwise it is built here';

function isSigned(text: string, signatures: readonly string[], { keys }: Trust): boolean {
  return signatures.some((signature) => verifyText(text, signature, keys));
}

function whose(signatures: readonly string[]): string {
  if (signatures.length === 0) return 'nobody signed that';
  return `no trusted key signed that (signatures are by ${signatures.map((signature) => signature.slice(0, signature.indexOf(':'))).join(', ')})`;
}
