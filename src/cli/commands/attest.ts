import { Option, type Command } from 'commander';
import { BUILDERS, type BuilderKind } from '../../build/index.js';
import { ok, type Result } from '../../result.js';
import { buildsOf, withBuilt } from '../../workspace/index.js';
import { openSigner, signClaims, withClaimsPlace, type SignerOptions } from '../attesting.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { printLine } from '../output.js';

interface AttestOptions extends ChainOptions, SignerOptions {
  readonly builtBy?: BuilderKind;
}

/** `zilch attest` */
export function register(command: Command): void {
  command
    .argument('[targets...]', 'targets that were built here (default: the chain’s default target)')
    .requiredOption('--key <file>', 'the secret key to sign with, as `zilch cache key` makes it');
  withClaimsPlace(withChain(command)).addOption(
    new Option('--built-by <builder>', 'the builder of builds without a record, if they ran on this machine as it is now').choices(BUILDERS),
  );
  command.addHelpText(
    'after',
    '\nMakes a claim about each target and everything that it needs: its inputs, its outputs and the machine. The folder also has what minisign,\nsignify, ssh-keygen and Nix need to check the claims; docs/evidence.md shows how.',
  );
  perform(command, attestCommand);
}

async function attestCommand(names: readonly string[], options: AttestOptions): Promise<Result<undefined>> {
  const signer = openSigner(options);
  if (!signer.ok) return signer;
  return withBuilt(options, async (session) => {
    const roots = buildsOf(session, names);
    if (!roots.ok) return roots;
    const signed = await signClaims(session, roots.value, signer.value, options.builtBy);
    if (!signed.ok) return signed;
    for (const line of signed.value) printLine(line);
    return ok(undefined);
  });
}
