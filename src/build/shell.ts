/** A shell in a build's sandbox, to see what the builder sees and try its commands. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Derivation, type DrvPath, identitiesOf, scratchPath, type StorePath, storePathBaseName } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt, removeTree, type Store } from '../store/index.js';
import { takeBuildUser } from './build-users.js';
import { closeOnExec } from './descriptors.js';
import { entrance, seenBy, type Entrant } from './entrance.js';
import { invocation } from './environment.js';
import { memoryForScratch } from './memory.js';
import { resolve } from './realise.js';
import { checkSandbox } from './run.js';
import { sandboxArguments } from './sandbox.js';
import { seccompFilter } from './seccomp.js';
import { diskBuildDir, furnish, give, giveWork, inputGraph, layOut, sandboxInputs, storeDirOf, takeOver, writeForBuilder } from './workplace.js';

export interface ShellRequest {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  /** Its inputs must be realised: build them first. */
  readonly drvPath: DrvPath;
  readonly cores: number;
  /** What to run, a logical path; the derivation's builder when left out, which is a shell for scripts. */
  readonly program?: string | undefined;
  readonly args?: readonly string[] | undefined;
  /** Store paths to bring along besides the inputs. Their programs come last in PATH: all else is found as the builder finds it. */
  readonly along?: readonly StorePath[] | undefined;
  /** A failed build's tree, as in `build-failed`: the shell shows everything as the builder left it. */
  readonly keptDir?: string | undefined;
}

export interface PreparedShell {
  /** The program to run with this terminal, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Deletes the work directory, unless it was kept before. Call it when the program has ended. */
  readonly release: () => Promise<void>;
}

/** The file in a new shell's build directory that runs the whole build. */
export const BUILD_COMMAND = 'build-command.sh';

/**
 * Prepares a shell. Fails with `E_INPUT` if an input is not realised, and with `E_SANDBOX` if the machine cannot make a
 * sandbox.
 */
export async function prepareShell(request: ShellRequest): Promise<Result<PreparedShell>> {
  const { store, closure, drvPath, keptDir, along = [] } = request;
  closeOnExec();
  const sandbox = await checkSandbox();
  if (!sandbox.ok) return sandbox;
  const resolved = await resolve(drvPath, { store, closure, identities: identitiesOf(closure) });
  if (!resolved.ok) return resolved;
  const { drv } = resolved.value;
  const scratch = new Map([...drv.outputs.keys()].map((name) => [name, scratchPath(resolved.value.drvPath, drv, name)]));
  const invoked = invocation(drv, scratch, request.cores, () => inputGraph(store, store.closure(drv.inputSrcs)));
  if (!invoked.ok) return invoked;
  const temporary = store.tempDir();
  if (!temporary.ok) return temporary;
  const workDir = keptDir ?? temporary.value;
  if (keptDir !== undefined && !isKept(keptDir)) {
    return fail('E_NOT_KEPT', `${workDir} is not the tree of a failed build`, 'build it again with --keep-failed');
  }
  const user = await takeBuildUser();
  if (!user.ok) return user;
  const entrant: Entrant | undefined = user.value && { user: user.value, workDir, storeDir: store.layout.storeDir };
  const release = async (): Promise<void> => {
    if (keptDir !== undefined) await takeOver(keptDir);
    await removeTree(temporary.value);
    user.value?.release();
  };
  const given = keptDir === undefined || entrant === undefined ? ok(undefined) : await giveWork(keptDir, entrant);
  const prepared = given.ok
    ? attempt('lay out a sandbox in', workDir, () => {
        const { program, args, env } = invoked.value;
        const laidOut = keptDir === undefined ? layOut(workDir, invoked.value, 0, entrant, {}) : furnish(workDir, entrant, {});
        // A kept tree may have it from an earlier shell.
        const file = join(diskBuildDir(workDir), BUILD_COMMAND);
        if (!existsSync(file)) {
          writeForBuilder(file, `exec ${[program, ...args].map(quote).join(' ')}\n`);
          give(file, entrant);
        }
        const filter = join(workDir, 'filter');
        writeFileSync(filter, seccompFilter());
        chmodSync(filter, 0o644);
        const inputs = sandboxInputs(store, store.closure([...drv.inputSrcs, ...along]), entrant);
        const hostname = storePathBaseName(drvPath).slice(33, 33 + 60);
        const sandbox = sandboxArguments({
          ...laidOut,
          scratchMemory: memoryForScratch(1),
          inputs,
          env: withPrograms(env, along, store),
          interactive: true,
          variation: { hostname },
        });
        const command = [request.program ?? drv.builder, ...(request.args ?? [])];
        return entrance(entrant, ['--seccomp', '3', ...sandbox, '--', ...command], { filter: seenBy(entrant, filter) });
      })
    : given;
  if (prepared.ok) return ok({ command: prepared.value, release });
  await release();
  return prepared;
}

function withPrograms(env: ReadonlyMap<string, string>, along: readonly StorePath[], store: Store): ReadonlyMap<string, string> {
  const directories = along.filter((path) => existsSync(join(store.hostPath(path), 'bin'))).map((path) => `${path}/bin`);
  return new Map([...env, ['PATH', [env.get('PATH'), ...directories].join(':')]]);
}

function isKept(directory: string): boolean {
  return existsSync(diskBuildDir(directory)) && existsSync(storeDirOf(directory));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
