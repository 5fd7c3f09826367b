import type { PreparedTarget } from '../chain/index.js';
import { formatOutputName, type DrvPath, type PathInfo } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { PathFacts } from '../store/index.js';
import { idsOf } from './ids.js';
import type { KnownSession } from './known-session.js';
import type { Session } from './session.js';

/** What is built of a chain. What was asked once is not looked up again. */
export class BuiltOutputs {
  readonly #found = new Map<DrvPath, ReadonlyMap<string, PathFacts>>();

  constructor(private readonly session: Pick<Session, 'store' | 'chain'> | Pick<KnownSession, 'store' | 'chain' | 'idOf'>) {}

  /** What the outputs of a derivation turned out to be; those that are built. */
  of(drvPath: DrvPath): ReadonlyMap<string, PathFacts> {
    const known = this.#found.get(drvPath);
    if (known !== undefined) return known;
    const { store, chain } = this.session;
    const idOf = idsOf(this.session);
    const outputs = new Map(
      [...(chain.derivations.get(drvPath)?.outputs.keys() ?? [])].flatMap((name) => {
        const info = store.realised(idOf(drvPath, name));
        return info === undefined ? [] : [[name, info] as const];
      }),
    );
    this.#found.set(drvPath, outputs);
    return outputs;
  }

  /** What an output turned out to be; `undefined` when it is not built. */
  find(drvPath: DrvPath, outputName: string): PathFacts | undefined {
    return this.of(drvPath).get(outputName);
  }

  /** True when all outputs of a derivation are built. */
  areComplete(drvPath: DrvPath): boolean {
    return this.of(drvPath).size === this.session.chain.derivations.get(drvPath)?.outputs.size;
  }
}

/** A built output, or a failure that says how to build it. */
export function builtOutput(session: Session, target: PreparedTarget, outputName: string): Result<PathInfo> {
  const path = new BuiltOutputs(session).find(target.build.drvPath, outputName)?.path;
  const info = path === undefined ? undefined : session.store.pathInfo(path);
  return info === undefined
    ? fail('E_NOT_BUILT', `${formatOutputName(target.name, outputName)} is not built in ${session.store.root}`, `zilch build ${target.name}`)
    : ok(info);
}
