/** Programs of others that check what Zilch signs, and know nothing of Zilch. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf } from '../../src/evidence/signing/key.js';
import { signedFilePath } from '../../src/evidence/signing/nix-cache.js';
import { formatPublicKey, publicKeyOf, type SecretKey } from '../../src/formats/index.js';
import { whyNoNix } from './nix.js';
import { tempDirectory } from './store.js';

/** Checks a signed file of a folder that also holds the public key; 0 for a good signature. */
type Checker = (folder: string, file: string, secret: SecretKey) => number | null;

export const CHECKERS: Readonly<Record<string, Checker>> = {
  minisign: (folder, file) => status('minisign', ['-V', '-q', '-p', join(folder, 'key.minisign.pub'), '-m', join(folder, file)]),
  'signify-openbsd': (folder, file) =>
    status('signify-openbsd', ['-V', '-q', '-p', join(folder, 'key.signify.pub'), '-x', join(folder, `${file}.sig`), '-m', join(folder, file)]),
  'ssh-keygen': (folder, file, { name }) =>
    status(
      'ssh-keygen',
      ['-Y', 'verify', '-f', join(folder, 'key.allowed_signers'), '-I', name, '-n', 'file', '-s', join(folder, `${file}.sshsig`)],
      readFileSync(join(folder, file)),
    ),
  nix: (folder, file, secret) => {
    // `zilch sign` makes a cache for each file, `zilch attest` one for all.
    const own = join(folder, `${file}.nix`);
    return status('nix', [
      ...['--extra-experimental-features', 'nix-command', 'store', 'verify', '--store', `file://${existsSync(own) ? own : folder}`],
      ...['--sigs-needed', '1', '--trusted-public-keys', formatPublicKey(publicKeyOf(secret)), signedFilePath(keyIdOf(secret), file)],
    ]);
  },
};

export function whyNoChecker(program: string): string | undefined {
  if (program === 'nix') return whyNoNix();
  return spawnSync(program, ['-h']).error === undefined ? undefined : `${program} is not installed`;
}

function status(program: string, args: readonly string[], input?: Buffer): number | null {
  const home = tempDirectory();
  return spawnSync(program, args, { input, env: { ...process.env, HOME: home, XDG_CACHE_HOME: home } }).status;
}
