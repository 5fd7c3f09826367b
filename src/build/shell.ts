/** A shell where a build would run: to look at what the builder sees, and to try what it does. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchPath, storePathBaseName, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt, removeTree, type Store } from '../store/index.js';
import { closeOnExec } from './descriptors.js';
import { invocation } from './environment.js';
import { identitiesOf } from './identity.js';
import { resolve } from './realise.js';
import { checkSandbox, likeBuilders } from './run.js';
import { sandboxArguments, type BuildDir } from './sandbox.js';
import { diskBuildDir, furnish, inputGraph, layOut, sandboxInputs, storeDirOf } from './workplace.js';

export interface ShellRequest {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  /** Its inputs must be realised: build them first. */
  readonly drvPath: DrvPath;
  readonly cores: number;
  /** What to run, logical paths; the derivation's builder without arguments when left out, which is a shell for scripts. */
  readonly program?: readonly string[] | undefined;
  /** Store paths to bring along besides the inputs. Their programs come last in PATH: all else is found as the builder finds it. */
  readonly along?: readonly StorePath[] | undefined;
  /** A failed build's tree, as `build-failed` tells of it: the shell finds everything as the builder left it. */
  readonly keptDir?: string | undefined;
}

export interface PreparedShell {
  /** The program to run with this terminal, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Deletes the workplace; one that was kept before stays. */
  readonly release: () => Promise<void>;
}

/** The file in a new shell's build directory that runs the whole build when it is run by a shell. */
export const BUILD_COMMAND = 'build-command.sh';

/** Prepares a shell. Fails with `E_INPUT` while an input is not realised, with `E_SANDBOX` where nothing can be sandboxed. */
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
  const furnished = attempt('write', temporary.value, () => furnish(temporary.value));
  if (!furnished.ok) return furnished;
  const { etcDir } = furnished.value;
  const prepared = attempt('lay out a sandbox in', workDir, (): Result<string[]> => {
    const buildDir = keptDir === undefined ? layOut(workDir, invoked.value, 0) : keptBuildDir(keptDir);
    if (buildDir === undefined) return fail('E_NOT_KEPT', `${workDir} is not the tree of a failed build`, 'build it again with --keep-failed');
    const { program, args, env } = invoked.value;
    if (keptDir === undefined) writeFileSync(join(diskBuildDir(workDir), BUILD_COMMAND), `exec ${[program, ...args].map(quote).join(' ')}\n`);
    const inputs = sandboxInputs(store, store.closure([...drv.inputSrcs, ...along]));
    return ok(
      sandboxArguments({
        storeDir: storeDirOf(workDir),
        etcDir,
        buildDir,
        inputs,
        env: withPrograms(env, along, store),
        interactive: true,
        hostname: storePathBaseName(drvPath).slice(33, 33 + 60),
      }),
    );
  });
  if (!prepared.ok) return prepared;
  if (!prepared.value.ok) return prepared.value;
  const program = request.program ?? [drv.builder];
  return ok({
    command: [...likeBuilders('exec bwrap "$@" 3<"$0"'), furnished.value.filter, '--seccomp', '3', ...prepared.value.value, '--', ...program],
    release: async () => {
      await removeTree(temporary.value);
    },
  });
}

function withPrograms(env: ReadonlyMap<string, string>, along: readonly StorePath[], store: Store): ReadonlyMap<string, string> {
  const directories = along.filter((path) => existsSync(join(store.hostPath(path), 'bin'))).map((path) => `${path}/bin`);
  return new Map([...env, ['PATH', [env.get('PATH'), ...directories].join(':')]]);
}

function keptBuildDir(keptDir: string): BuildDir | undefined {
  const hostPath = diskBuildDir(keptDir);
  return existsSync(hostPath) && existsSync(storeDirOf(keptDir)) ? { kind: 'disk', hostPath } : undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
