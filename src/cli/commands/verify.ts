import type { Command } from 'commander';
import { judgeClaims, lackInWords, OWN, type Disagreement, type Judged, type StepVerdict } from '../../evidence/index.js';
import { fail, ok } from '../../result.js';
import { buildsOf, withView } from '../../workspace/index.js';
import { collect, perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatCount, formatTable, wrap } from '../format.js';
import { printJson, printLine } from '../output.js';

interface VerifyOptions extends ChainOptions {
  readonly policy: string;
  readonly claims?: readonly string[];
  readonly json?: true;
}

/** `zilch verify` */
export function register(command: Command): void {
  command
    .argument('[targets...]', 'targets, with everything that they need (default: the chain’s default target)')
    .requiredOption('--policy <file>', 'the policy: whose claims count, and how many operators must agree')
    .option('--claims <place>', 'claims: file, directory, http://, https:// or s3://…; may be given more than once', collect);
  withJson(withChain(command));
  perform(command, (names: readonly string[], options: VerifyOptions) =>
    withView(options, async (session) => {
      const roots = buildsOf(session, names);
      if (!roots.ok) return roots;
      const judged = await judgeClaims(session, roots.value, { policyFile: options.policy, places: options.claims ?? [] });
      if (!judged.ok) return judged;
      if (options.json === true) printJson(jsonOf(judged.value));
      else for (const line of lines(judged.value, process.stdout.columns || 120)) printLine(line);
      const { judgement } = judged.value;
      if (judgement.holds) return ok(undefined);
      const open = judgement.steps.filter(({ state }) => state !== 'holds');
      return fail(
        judgement.disagreements.length > 0 ? 'E_DISAGREEMENT' : 'E_POLICY_OPEN',
        `the policy does not hold for ${formatCount(open.length, 'step')} of ${judgement.steps.length}, ${open[0]!.step.name} first`,
        judgement.disagreements.length > 0 ? 'zilch diff shows how two outputs differ' : undefined,
      );
    }),
  );
}

function jsonOf({ admission, judgement }: Judged): unknown {
  return {
    holds: judgement.holds,
    steps: judgement.steps.map(({ step, drvPath, state, operators, lacks, outputs }) => ({
      step: step.name,
      drvPath,
      state,
      operators,
      lacks,
      outputs,
    })),
    disagreements: judgement.disagreements.map(({ step, sides }) => ({ step: step.name, sides })),
    elsewhere: judgement.elsewhere,
    deceivers: judgement.deceivers,
    refused: [...admission.refused, ...judgement.refused],
    repeated: admission.repeated,
  };
}

function lines({ policy, admission, judgement }: Judged, width: number): string[] {
  const refused = [...admission.refused, ...judgement.refused];
  const { steps, disagreements, elsewhere } = judgement;
  const open = steps.filter(({ state }) => state !== 'holds');
  return [
    ...matrix(steps, policy.operators),
    '',
    `${formatCount(steps.length - open.length, 'step')} of ${steps.length} hold; ${formatCount(admission.claims.length, 'claim')} counted, ${refused.length} refused, ${admission.repeated} repeated`,
    ...open
      .filter(({ state }) => state === 'lacking')
      .flatMap((one) => wrap(`lacking  ${one.step.name}: ${one.lacks.map(lackInWords).join(', ')}`, width, '         ')),
    ...disagreements.slice(0, 1).flatMap((one) => disagreementLines(one, disagreements.length - 1)),
    ...elsewhere.flatMap(({ operator, first, count }) =>
      wrap(`elsewhere  ${operator} built ${formatCount(count, 'step')} from other inputs, ${first} first`, width, '           '),
    ),
    ...refused.slice(0, 20).flatMap(({ where, why }) => wrap(`refused  ${where}: ${why}`, width, '         ')),
    ...(refused.length > 20 ? [`refused  and ${refused.length - 20} more (--json lists them)`] : []),
    ...wrap(deceiversLine(judgement.deceivers), width),
  ];
}

/** A row for each step, a column for each operator. */
function matrix(steps: readonly StepVerdict[], operators: readonly string[]): string[] {
  return formatTable([
    ['step', ...operators, ''],
    ...steps.map(({ step, operators: agreeing, state }) => [
      step.name,
      ...operators.map((operator) => (agreeing.includes(operator) ? 'yes' : '-')),
      state === 'disputed' ? 'DISPUTED' : state,
    ]),
  ]);
}

function disagreementLines({ step, sides }: Disagreement, more: number): string[] {
  return [
    `disagreement  begins at ${step.name}${more > 0 ? `; ${formatCount(more, 'step')} after it` : ''}`,
    ...sides.flatMap(({ operators, outputs }) =>
      outputs.map(
        ({ name, path, narHash }) => `  ${operators.join(', ')} ${operators[0] === OWN ? 'has' : 'say'} ${name} is ${path}, NAR ${narHash}`,
      ),
    ),
  ];
}

function deceiversLine({ operators, steps }: Judged['judgement']['deceivers']): string {
  const where = `${steps[0] ?? 'nothing'}${steps.length > 1 ? ` and ${formatCount(steps.length - 1, 'more step')}` : ''}`;
  if (operators.length === 0) return `No operator of the policy confirms ${where}, so whoever gives you that could deceive you.`;
  return `The smallest set of parties that could deceive you: ${operators.join(' and ')}, lying together about ${where}.`;
}
