import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Wanted } from '../../chain/index.js';
import type { PathInfo } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import type { Store } from '../../store/index.js';
import { runBuild, withBuildOptions, type BuildCommandOptions } from '../building.js';
import { perform } from '../command.js';
import { verdict } from '../verdict.js';
import { runOnHost } from '../hand-over.js';
import { interruptible } from '../interrupt.js';
import { chooseReporter } from '../progress/reporters.js';
import { builtOutput, targetOf, withResults, type Session } from '../../workspace/index.js';

/** `zilch run` */
export function register(command: Command): void {
  command.description(
    'Builds a target, then runs a program with those of the target first in PATH, in your own directory, with all of your files at hand: /nix/store is this store, all else is the machine as it is. Its exit status is the program’s.',
  );
  command.argument('<target>', 'target of the chain, or one of its outputs as target^output');
  command.argument('[command...]', 'after --: the program and its arguments (default: the target’s own program, called like it or its only one)');
  withBuildOptions(command);
  command.addHelpText('after', '\nFor instance: zilch run toolchain -- cc -static hello.c -o hello');
  perform(command, (name: string, words: readonly string[], options: BuildCommandOptions) =>
    withResults(options, (session) => runTarget(session, name, words, options)),
  );
}

async function runTarget(session: Session, name: string, words: readonly string[], options: BuildCommandOptions): Promise<Result<number>> {
  const outputs = await buildOutputs(session, name, options);
  if (!outputs.ok) return outputs;
  const { store } = session;
  for (const { path } of outputs.value) {
    // A garbage collection must not remove the program while it runs.
    const rooted = await store.addTempRoot(path);
    if (!rooted.ok) return rooted;
  }
  const folders = outputs.value.map(({ path }) => `${path}/bin`).filter((_, index) => programsOf(outputs.value[index]!, store).length > 0);
  if (folders.length === 0) return fail('E_NO_PROGRAM', `${name} has no programs: no folder bin, or nothing to run in it`);
  const programs = outputs.value.flatMap((output) => programsOf(output, store));
  const command = words.length > 0 ? ok(words) : ownProgram(name.split('^')[0]!, programs);
  if (!command.ok) return command;
  return runOnHost(command.value, { store, path: folders, env: {} });
}

/** The outputs that the name means. Builds them if they are missing, but in a store that cannot be written. */
async function buildOutputs(session: Session, name: string, options: BuildCommandOptions): Promise<Result<PathInfo[]>> {
  const found = targetOf(session, name);
  if (!found.ok) return found;
  const { target, outputName } = found.value;
  const names = outputName === undefined ? target.recipe.outputNames : [outputName];
  const came = session.store.readOnly ? ok(undefined) : await build(session, { drvPath: target.build.drvPath, outputs: names }, name, options);
  if (!came.ok) return came;
  const outputs: PathInfo[] = [];
  for (const one of names) {
    const info = builtOutput(session, target, one);
    if (!info.ok) return info;
    outputs.push(info.value);
  }
  return ok(outputs);
}

async function build(session: Session, wanted: Wanted, name: string, options: BuildCommandOptions): Promise<Result<undefined>> {
  const reporter = chooseReporter(false);
  try {
    const built = await interruptible((signal) => runBuild(session, [wanted], options, { asked: [name], signal, emit: reporter.emit }));
    if (!built.ok) return built;
    const came = await verdict(session, built.value);
    if (!came.ok) return came;
    return came.value === undefined ? ok(undefined) : fail('E_INPUT', `${name} cannot be built`, 'what failed is shown above');
  } finally {
    reporter.close();
  }
}

function programsOf({ path }: PathInfo, store: Store): string[] {
  const folder = join(store.hostPath(path), 'bin');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder).filter((name) => isProgram(join(folder, name)));
}

/** Counts as a program. A link may lead to another store path, which the host cannot follow. */
function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function ownProgram(target: string, programs: readonly string[]): Result<readonly string[]> {
  const own = programs.includes(target) ? target : programs.length === 1 ? programs[0] : undefined;
  if (own !== undefined) return ok([own]);
  const some = programs.slice(0, 8).join(', ');
  return fail(
    'E_USAGE',
    `${target} has ${programs.length} programs: say which`,
    `zilch run ${target} -- PROGRAM: ${some}${programs.length > 8 ? ', …' : ''}`,
  );
}
