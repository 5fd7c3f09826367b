import type { Command } from 'commander';
import { prepareShell } from '../../build/index.js';
import type { StorePath } from '../../formats/index.js';
import type { Instantiated } from '../../recipe/index.js';
import { fail, ok, type Result } from '../../result.js';
import { builtOutput, BuiltOutputs, buildOrTest, targetOf, withSession, type Session } from '../../workspace/index.js';
import { perform } from '../command.js';
import { buildInputs } from '../build-inputs.js';
import { withBuildOptions, type BuildCommandOptions } from '../building.js';
import { handOver, shellStatus } from '../hand-over.js';

interface ShellOptions extends BuildCommandOptions {
  readonly test?: true;
  readonly kept?: string;
  readonly with?: string;
  readonly command?: string;
}

/** `zilch shell` */
export function register(command: Command): void {
  command.description(
    'Builds what a target needs, then opens a shell where the target itself would be built: same files, same environment. When that is built already, its programs are in PATH, too.',
  );
  withBuildOptions(command.argument('<target>', 'target of the chain'));
  command.option('--test', 'the sandbox of its test');
  command.option('--kept <dir>', 'the directory of a failed build that --keep-failed kept, as the builder left it');
  command.option('--with <output>', 'bring this output along and run its bin/ash: for builders that are no shell, as stage1’s');
  command.option('-c, --command <command>', 'run this in the shell, and end with its exit status');
  command.addHelpText('after', '\nIn a new shell, `. ./build-command.sh` runs the build.');
  perform(command, (name: string, options: ShellOptions) => withSession(options, (session) => openShell(session, name, options)));
}

async function openShell(session: Session, name: string, options: ShellOptions): Promise<Result<number | undefined>> {
  const found = buildOrTest(session, name, options.test === true);
  if (!found.ok) return found;
  const derivation = found.value;
  if (derivation.recipe.script === undefined && options.with === undefined) {
    return fail('E_NO_SHELL', `the builder of ${derivation.recipe.drvName} is no shell`, 'bring one: --with stage1^protobusybox');
  }
  const inputs = await buildInputs(session, derivation, options);
  if (!inputs.ok) return inputs;
  const brought = options.with === undefined ? ok(undefined) : bring(session, options.with);
  if (!brought.ok) return brought;
  const { store, chain } = session;
  const prepared = await prepareShell({
    ...{ store, closure: chain.derivations, drvPath: derivation.drvPath, cores: options.cores, keptDir: options.kept },
    ...(brought.value === undefined ? {} : { program: `${brought.value}/bin/ash` }),
    ...(options.command === undefined ? {} : { args: ['-c', options.command] }),
    along: [...ownOutputs(session, derivation), ...(brought.value === undefined ? [] : [brought.value])],
  });
  if (!prepared.ok) return prepared;
  try {
    return shellStatus(await handOver(prepared.value.command), options);
  } finally {
    await prepared.value.release();
  }
}

function bring(session: Session, name: string): Result<StorePath> {
  const found = targetOf(session, name);
  if (!found.ok) return found;
  const { target, outputName = target.recipe.outputNames[0]! } = found.value;
  const info = builtOutput(session, target, outputName);
  return info.ok ? ok(info.value.path) : info;
}

/** What is built of it. */
function ownOutputs(session: Session, { drvPath, recipe }: Instantiated): StorePath[] {
  const built = new BuiltOutputs(session);
  return recipe.outputNames.flatMap((name) => built.find(drvPath, name)?.path ?? []);
}
