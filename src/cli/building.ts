/** Shared by the commands that build. */
import { Option, type Command } from 'commander';
import type { BuildReport } from '../build/index.js';
import type { Wanted } from '../chain/index.js';
import type { Vouched } from '../exchange/index.js';
import { fail, ok, type Result } from '../result.js';
import { buildInSession, type BuildSettings, type RunContext, type Session } from '../workspace/index.js';
import { collect, positiveInteger, processors, withChain, type ChainOptions } from './command.js';
import { withTrust } from './trust-options.js';

/** Their options. */
export interface BuildCommandOptions extends ChainOptions, Omit<BuildSettings, 'vouched'> {
  readonly policy?: string;
  readonly claims?: readonly string[];
  readonly all?: true;
  readonly tests: boolean;
  readonly json?: true;
}

/** The options of every command that builds. */
export function withBuildOptions(command: Command): Command {
  return withOtherBuilder(withCaches(withChain(command)))
    .addOption(new Option('-j, --jobs <n>', 'builds at once').argParser(positiveInteger).default(processors(), 'number of processors'))
    .addOption(
      new Option('--cores <n>', 'processors that each build is told to use').argParser(positiveInteger).default(processors(), 'number of processors'),
    )
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect)
    .option('--timeout <seconds>', 'stop a build that takes longer', positiveInteger)
    .option('--max-silent-time <seconds>', 'stop a build that says nothing for so long', positiveInteger)
    .option('--keep-failed', 'keep the directory of a failed build')
    .option('--keep-going', 'go on with what does not depend on a failed build');
}

/** Adds those options, and `--json` for commands that end with results. */
export function withJsonEvents(command: Command): Command {
  return command.option('--json', 'print every event as a line of JSON, and the results last');
}

function withCaches(command: Command): Command {
  return withTrust(command.option('--substituters <caches>', 'take from these caches what they have instead of building it', collect))
    .option('--policy <file>', 'take from caches only what this policy holds for by the claims, whoever signed the cache')
    .option('--claims <place>', 'claims for --policy: file, directory, http://, https:// or s3://…; may be given more than once', collect);
}

function withOtherBuilder(command: Command): Command {
  return command
    .addOption(
      new Option('--via <builder>', 'build by real Nix instead of in our own sandbox, and compare with what was built here before').choices(['nix']),
    )
    .option('--nix-store <uri>', 'the store Nix builds in: a directory, daemon, ssh-ng://host (default: one of its own in the store)')
    .option(
      '--nix <target>',
      'the Nix to build with, one of the chain or /nix/store/…, in a root that holds nothing else of this machine (default: nix of PATH)',
    )
    .option('--builders <machines>', 'machines that Nix builds on, as in its setting of this name; then none is built on this one');
}

/** Fetches what is missing, and builds. It takes a path from a cache only if the policy of the options holds for it. */
export async function runBuild(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildCommandOptions,
  context: RunContext,
): Promise<Result<BuildReport>> {
  const vouched = await vouchedFor(session, options);
  return vouched.ok ? buildInSession(session, wanted, { ...options, vouched: vouched.value }, context) : vouched;
}

/** The outputs of the chain for which the policy of the options holds; `undefined` without a policy. */
async function vouchedFor(session: Session, { substituters, policy, claims }: BuildCommandOptions): Promise<Result<Vouched | undefined>> {
  if (policy === undefined && claims === undefined) return ok(undefined);
  if (substituters === undefined) return fail('E_USAGE', '--policy and --claims mean nothing without --substituters');
  if (policy === undefined) return fail('E_USAGE', '--claims mean nothing without --policy');
  // Loaded here, because most builds do not need it and start faster without it.
  const { judgeClaims, vouchedBy } = await import('../evidence/index.js');
  const judged = await judgeClaims(session, [...session.chain.derivations.keys()], { policyFile: policy, places: claims ?? [] });
  return judged.ok ? ok(vouchedBy(judged.value.judgement, session.chain)) : judged;
}
