import { Option, type Command } from 'commander';
import { BUILDERS, type BuilderKind } from '../../build/index.js';
import { addClaims, attest, checkKeyName, Steps } from '../../evidence/index.js';
import { openBlobs } from '../../exchange/index.js';
import { ok, type Result } from '../../result.js';
import { zilchVersion } from '../../version.js';
import { readSecretKeys, buildsOf, withBuilt } from '../../workspace/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { printLine } from '../output.js';

interface AttestOptions extends ChainOptions {
  readonly key: string;
  readonly to: string;
  readonly operator?: string;
  readonly builtBy?: BuilderKind;
}

/** `zilch attest` */
export function register(command: Command): void {
  command
    .argument('[targets...]', 'targets that were built here (default: the chain’s default target)')
    .requiredOption('--key <file>', 'the secret key to sign with, as `zilch cache key` makes it');
  withChain(command)
    .option(
      '--to <place>',
      'where to put the claims: directory, file://, http://, https:// or s3://…; they get a folder with the name of your key',
      'claims',
    )
    .option('--operator <name>', 'who you are, in your own words (default: the key’s name)')
    .addOption(
      new Option('--built-by <builder>', 'the builder of builds without a record, if they ran on this machine as it is now').choices(BUILDERS),
    );
  command.addHelpText(
    'after',
    '\nMakes a claim about each target and everything that it needs: its inputs, its outputs and the machine. The folder also has what minisign,\nsignify, ssh-keygen and Nix need to check the claims; docs/evidence.md shows how.',
  );
  perform(command, attestCommand);
}

async function attestCommand(names: readonly string[], options: AttestOptions): Promise<Result<undefined>> {
  const keys = readSecretKeys([options.key]);
  if (!keys.ok) return keys;
  const secret = keys.value[0]!;
  const operator = checkKeyName(options.operator ?? secret.name);
  if (!operator.ok) return operator;
  const place = openBlobs(options.to, process.env);
  if (!place.ok) return place;
  return withBuilt(options, async (session) => {
    const roots = buildsOf(session, names);
    if (!roots.ok) return roots;
    const attested = attest({
      store: session.store,
      chain: session.chain,
      steps: new Steps(session.loaded.chain, session.chain),
      roots: roots.value,
      operator: operator.value,
      version: zilchVersion(),
      builtBy: options.builtBy,
    });
    if (!attested.ok) return attested;
    const added = await addClaims(place.value, attested.value.claims, secret);
    if (!added.ok) return added;
    const { foreign, unrecorded } = attested.value;
    printLine(`${formatCount(added.value.added, 'claim')} added, ${added.value.total} in all: ${added.value.folder}`);
    if (foreign.length > 0) printLine(`not built here, so not claimed: ${foreign.join(', ')}`);
    if (unrecorded.length > 0) printLine(`built here before there were records, so not claimed: ${unrecorded.join(', ')}`);
    return ok(undefined);
  });
}
