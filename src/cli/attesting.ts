/** Signing what a store has built, for `zilch attest` and `zilch audit --key`. */
import type { BuilderKind } from '../build/index.js';
import { addClaims, attest, checkKeyName, Steps } from '../evidence/index.js';
import { openBlobs, type Blobs } from '../exchange/index.js';
import type { DrvPath, SecretKey } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { zilchVersion } from '../version.js';
import { readSecretKeys, type Session } from '../workspace/index.js';
import type { Command } from 'commander';
import { formatCount } from './format.js';

export interface SignerOptions {
  readonly key: string;
  readonly to: string;
  readonly operator?: string;
}

export interface Signer {
  readonly secret: SecretKey;
  readonly operator: string;
  readonly place: Blobs;
}

/** Adds the options of who signs and where the claims go, but not `--key`. */
export function withClaimsPlace(command: Command): Command {
  return command
    .option(
      '--to <place>',
      'where to put the claims: directory, file://, http://, https:// or s3://…; they get a folder with the name of your key',
      'claims',
    )
    .option('--operator <name>', 'who you are, in your own words (default: the key’s name)');
}

/** Reads the key and opens the place, so that what is wrong with them shows before long work. */
export function openSigner(options: SignerOptions): Result<Signer> {
  const keys = readSecretKeys([options.key]);
  if (!keys.ok) return keys;
  const secret = keys.value[0]!;
  const operator = checkKeyName(options.operator ?? secret.name);
  if (!operator.ok) return operator;
  const place = openBlobs(options.to, process.env);
  return place.ok ? ok({ secret, operator: operator.value, place: place.value }) : place;
}

/** Signs the claims about derivations that were built here and about what they need, and returns lines that say what was done. */
export async function signClaims(
  { store, loaded, chain }: Session,
  roots: readonly DrvPath[],
  { secret, operator, place }: Signer,
  builtBy?: BuilderKind,
): Promise<Result<readonly string[]>> {
  const attested = attest({ ...{ store, chain, roots, operator, builtBy }, steps: new Steps(loaded.chain, chain), version: zilchVersion() });
  if (!attested.ok) return attested;
  const { claims, foreign, unrecorded } = attested.value;
  const added = await addClaims(place, claims, secret);
  if (!added.ok) return added;
  return ok([
    `${formatCount(added.value.added, 'claim')} added, ${added.value.total} in all: ${added.value.folder}`,
    ...(foreign.length === 0 ? [] : [`not built here, so not claimed: ${foreign.join(', ')}`]),
    ...(unrecorded.length === 0 ? [] : [`built here before there were records, so not claimed: ${unrecorded.join(', ')}`]),
  ]);
}
