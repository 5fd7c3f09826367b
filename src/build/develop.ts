/** The environment of a build for a shell outside of any sandbox: a package's tools and libraries, for whoever works on the package. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Derivation, type DrvPath, identitiesOf } from '../formats/index.js';
import type { Result } from '../result.js';
import { attempt, removeTree, type Store } from '../store/index.js';
import { invocation } from './environment.js';
import { resolve } from './realise.js';
import { inputGraph } from './workplace.js';

export interface DevelopRequest {
  readonly store: Store;
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  /** Its inputs must be realised: build them first. */
  readonly drvPath: DrvPath;
  readonly cores: number;
  /** Where the user works: outputs go into `outputs` below it, as `nix develop` has it. */
  readonly directory: string;
}

export interface DevelopEnvironment {
  /** What goes before the user's own PATH; `undefined` when the recipe has none. */
  readonly path: string | undefined;
  /** All other variables. */
  readonly env: ReadonlyMap<string, string>;
  /** Deletes the files that the variables name. Call it when the program has ended. */
  readonly release: () => Promise<void>;
}

/** What a build has in the place of a user's own. */
const OF_THE_USER = ['HOME', 'TMPDIR', 'TEMPDIR', 'TMP', 'TEMP', 'PWD', 'TERM', 'NIX_LOG_FD', 'PATH'];

/** Prepares the environment. Fails with `E_INPUT` if an input is not realised. */
export async function developEnvironment({ store, closure, drvPath, cores, directory }: DevelopRequest): Promise<Result<DevelopEnvironment>> {
  const resolved = await resolve(drvPath, { store, closure, identities: identitiesOf(closure) });
  if (!resolved.ok) return resolved;
  const { drv } = resolved.value;
  const temporary = store.tempDir();
  if (!temporary.ok) return temporary;
  const release = (): Promise<void> => removeTree(temporary.value).then(() => undefined);
  const outputs = new Map([...drv.outputs.keys()].map((name) => [name, join(directory, 'outputs', name)]));
  const invoked = invocation(drv, outputs, cores, () => inputGraph(store, store.closure(drv.inputSrcs)), temporary.value);
  const prepared = invoked.ok
    ? attempt('write to', temporary.value, () => {
        const { files, env } = invoked.value;
        for (const [name, contents] of files) writeFileSync(join(temporary.value, name), contents);
        return { path: drv.env.has('PATH') ? env.get('PATH') : undefined, env: without(env, OF_THE_USER), release };
      })
    : invoked;
  if (!prepared.ok) await release();
  return prepared;
}

function without(env: ReadonlyMap<string, string>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...env].filter(([name]) => !names.includes(name)));
}
