import { randomInt } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { DrvPath } from '../../formats/index.js';
import { ok, type Result } from '../../result.js';
import { BuiltOutputs, buildsOf, withSession, type Session } from '../../workspace/index.js';
import { openSigner, signClaims, withClaimsPlace, type SignerOptions } from '../attesting.js';
import { runBuild, withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../building.js';
import { perform } from '../command.js';
import { verdict } from '../verdict.js';
import type { ExitCode } from '../exit-code.js';
import { formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printLine, toJson } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';

interface AuditOptions extends BuildCommandOptions, Omit<SignerOptions, 'key'> {
  readonly key?: string;
  /** From 0 to 1. */
  readonly sample: number;
}

/** `zilch audit` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets, with all that they need (default: the chain’s default target)');
  withJsonEvents(withBuildOptions(command))
    .addOption(new Option('--sample <part>', 'how much to build again, such as `5%`; at least one build').argParser(percentage).default(0.05, '5%'))
    .option('--key <file>', 'sign what came out the same, with this secret key');
  withClaimsPlace(command);
  command.addHelpText(
    'after',
    '\nOutputs that are the same count as built here from then on: --key signs claims of them, and so does `zilch attest` later.',
  );
  perform(command, auditCommand);
}

function percentage(text: string): number {
  const number = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1] ?? '');
  if (number <= 0 || number > 100) throw new InvalidArgumentError('A percentage is wanted, such as 5%.');
  return number / 100;
}

async function auditCommand(names: readonly string[], options: AuditOptions): Promise<Result<ExitCode | undefined>> {
  const signer = options.key === undefined ? undefined : openSigner({ ...options, key: options.key });
  if (signer?.ok === false) return signer;
  const reporter = chooseReporter(options.json === true);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const roots = buildsOf(session, names);
        if (!roots.ok) return roots;
        const foreign = copiedHere(session, roots.value);
        const chosen = sampleOf(foreign, options.sample);
        const drvs = chosen.map((drvPath) => ({ drvPath, drv: session.chain.derivations.get(drvPath)! }));
        const context = { asked: names, signal, emit: reporter.emit };
        // What was copied came without its inputs.
        const inputs = drvs.flatMap(({ drv }) => [...drv.inputDrvs].map(([drvPath, outputs]) => ({ drvPath, outputs })));
        const prepared = await runBuild(session, inputs, options, context);
        if (!prepared.ok || prepared.value.failures.size > 0) return prepared.ok ? verdict(session, prepared.value) : prepared;
        const wanted = drvs.map(({ drvPath, drv }) => ({ drvPath, outputs: [...drv.outputs.keys()] }));
        const report = await runBuild(session, wanted, { ...options, rebuild: true }, context);
        if (!report.ok) return report;
        reporter.close();
        const { comparisons } = report.value;
        const results = drvs.map(({ drvPath, drv }) => ({ name: drv.name, drvPath, result: comparisons.get(drvPath)?.kind ?? 'failed' }));
        const same = results.filter(({ result }) => result === 'same');
        const signed: Result<readonly string[]> =
          signer === undefined || same.length === 0
            ? ok([])
            : await signClaims(
                session,
                same.map(({ drvPath }) => drvPath),
                signer.value,
              );
        if (!signed.ok) return signed;
        if (options.json === true) printLine(toJson({ type: 'result', copied: foreign.length, rebuilt: results }));
        else {
          for (const { name, result } of results) printLine(`${result === 'different' ? 'DIFFERENT' : result}  ${name}`);
          printLine(
            `${formatCount(foreign.length, 'build')} came from elsewhere; ${results.length} built again, ${same.length} of them with the same outcome`,
          );
          for (const line of signed.value) printLine(line);
        }
        return verdict(session, report.value);
      }),
    );
  } finally {
    reporter.close();
  }
}

/** Derivations whose outputs are all here, but were not all built here. */
function copiedHere(session: Session, roots: readonly DrvPath[]): readonly DrvPath[] {
  const { derivations } = session.chain;
  const built = new BuiltOutputs(session);
  const needed = new Set(roots);
  for (const drvPath of needed) for (const input of derivations.get(drvPath)?.inputDrvs.keys() ?? []) needed.add(input);
  return [...needed].filter((drvPath) => {
    const names = [...(derivations.get(drvPath)?.outputs.keys() ?? [])];
    return built.areComplete(drvPath) && names.some((name) => built.find(drvPath, name)?.ultimate === false);
  });
}

/** A random sample, so that nobody who fills a cache knows what will be rebuilt; at least one, if there is one. */
function sampleOf<T>(all: readonly T[], part: number): readonly T[] {
  const left = [...all];
  return Array.from({ length: Math.ceil(all.length * part) }, () => left.splice(randomInt(left.length), 1)[0]!);
}
