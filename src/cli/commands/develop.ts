import type { Command } from 'commander';
import { developEnvironment } from '../../build/index.js';
import type { Result } from '../../result.js';
import { buildOrTest, withSession, type Session } from '../../workspace/index.js';
import { buildInputs } from '../build-inputs.js';
import { withBuildOptions, type BuildCommandOptions } from '../building.js';
import { perform } from '../command.js';
import { runOnHost, shellStatus } from '../hand-over.js';

interface DevelopOptions extends BuildCommandOptions {
  readonly command?: string;
}

/** `zilch develop` */
export function register(command: Command): void {
  command.description(
    'Builds what a target needs, then opens your shell in your own directory with that at hand: the tools of its recipe first in PATH, and the recipe’s other variables, by which compilers find headers and libraries. /nix/store is this store, all else is the machine as it is. $out is outputs/out in this directory.',
  );
  withBuildOptions(command.argument('<target>', 'target of the chain'));
  command.option('-c, --command <command>', 'run this by the sh that is first in PATH, and end with its exit status');
  command.addHelpText('after', '\nFor instance, in a checkout of curl: zilch develop curl -c "./configure --prefix=\\$out && make install"');
  perform(command, (name: string, options: DevelopOptions) => withSession(options, (session) => develop(session, name, options)));
}

async function develop(session: Session, name: string, options: DevelopOptions): Promise<Result<number | undefined>> {
  const found = buildOrTest(session, name, false);
  if (!found.ok) return found;
  const { drvPath } = found.value;
  const inputs = await buildInputs(session, found.value, options);
  if (!inputs.ok) return inputs;
  const { store, chain } = session;
  const directory = process.cwd();
  const prepared = await developEnvironment({ store, closure: chain.derivations, drvPath, cores: options.cores, directory });
  if (!prepared.ok) return prepared;
  const { path, env, release } = prepared.value;
  try {
    const command = options.command === undefined ? [process.env['SHELL'] ?? 'sh'] : ['sh', '-c', options.command];
    return shellStatus(await runOnHost(command, { store, path: path === undefined ? [] : [path], env: Object.fromEntries(env) }), options);
  } finally {
    await release();
  }
}
