import { realisedOutputs, type OutputPaths } from '../build/index.js';
import type { PreparedTarget } from '../chain/index.js';
import { formatOutputName, type DrvPath, type PathInfo } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Session } from './session.js';

/** What is built of a chain, as it was when this was made. */
export class BuiltOutputs {
  readonly #outputs: ReadonlyMap<DrvPath, OutputPaths>;

  constructor(private readonly session: Session) {
    const { store, chain } = session;
    this.#outputs = realisedOutputs(store, chain.derivations, chain.derivations.keys());
  }

  /** What an output turned out to be; `undefined` when it is not built. */
  find(drvPath: DrvPath, outputName: string): PathInfo | undefined {
    return this.#outputs.get(drvPath)?.get(outputName);
  }

  /** True when all outputs of a derivation are built. */
  areComplete(drvPath: DrvPath): boolean {
    return this.#outputs.get(drvPath)?.size === this.session.chain.derivations.get(drvPath)?.outputs.size;
  }
}

/** A built output, or a failure that says how to build it. */
export function builtOutput(session: Session, target: PreparedTarget, outputName: string): Result<PathInfo> {
  const info = new BuiltOutputs(session).find(target.build.drvPath, outputName);
  return info === undefined
    ? fail('E_NOT_BUILT', `${formatOutputName(target.name, outputName)} is not built in ${session.store.root}`, `zilch build ${target.name}`)
    : ok(info);
}
