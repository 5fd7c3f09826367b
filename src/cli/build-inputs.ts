import type { Instantiated } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Session } from '../workspace/index.js';
import { runBuild, type BuildCommandOptions } from './building.js';
import { interruptible } from './interrupt.js';
import { chooseReporter } from './progress/reporters.js';
import { verdict } from './verdict.js';

/** For a shell in the place of a build: fetches the build's sources, and builds the derivations that it needs. */
export async function buildInputs(session: Session, { drv, drvPath: own }: Instantiated, options: BuildCommandOptions): Promise<Result<void>> {
  const wanted = [...drv.inputDrvs].map(([drvPath, outputs]) => ({ drvPath, outputs }));
  const reporter = chooseReporter(false);
  try {
    const built = await interruptible((signal) =>
      runBuild(session, wanted, options, { asked: [drv.name], signal, emit: reporter.emit, sourcesOf: [{ drvPath: own, outputs: [] }] }),
    );
    if (!built.ok) return built;
    const came = await verdict(session, built.value);
    if (!came.ok) return came;
    return came.value === undefined ? ok(undefined) : fail('E_INPUT', `an input of ${drv.name} cannot be built`);
  } finally {
    reporter.close();
  }
}
