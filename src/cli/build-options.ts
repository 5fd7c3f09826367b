/** The options of the commands that build. */
import { Option, type Command } from 'commander';
import type { BuildSettings } from '../workspace/index.js';
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
