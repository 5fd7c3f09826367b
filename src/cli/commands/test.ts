import type { Command } from 'commander';
import { fail, ok, type Result } from '../../result.js';
import { targetsOf, withSession } from '../../workspace/index.js';
import { formatCount } from '../format.js';
import { perform } from '../command.js';
import { verdict } from '../verdict.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { printLine, toJson } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';
import { runBuild, withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../building.js';

/** `zilch test` */
export function register(command: Command): void {
  withJsonEvents(withBuildOptions(command.argument('[targets...]', 'targets of the chain (default: the chain’s default target)')));
  command.option('--rebuild', 'run tests again that have passed, and compare');
  command.addHelpText('after', '\nA test that has passed is not run again until something it depends on changes.');
  perform(command, (names: readonly string[], options: BuildCommandOptions) => testCommand(names, options));
}

async function testCommand(names: readonly string[], options: BuildCommandOptions): Promise<Result<ExitCode | undefined>> {
  const reporter = chooseReporter(options.json === true);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const named = targetsOf(session, names);
        if (!named.ok) return named;
        const tests = named.value.flatMap(({ target }) => (target.test === undefined ? [] : [{ target: target.name, drvPath: target.test.drvPath }]));
        if (tests.length === 0) return fail('E_NO_TEST', `no test belongs to ${named.value.map(({ target }) => target.name).join(', ')}`);
        const wanted = tests.map(({ drvPath }) => ({ drvPath, outputs: ['out'] }));
        const report = await runBuild(session, wanted, options, { asked: names, signal, emit: reporter.emit });
        if (!report.ok) return report;
        reporter.close();
        const results = tests.map(({ target, drvPath }) => ({
          target,
          passed: (report.value.outputs.get(drvPath)?.size ?? 0) > 0 && !report.value.failures.has(drvPath),
        }));
        if (options.json === true) printLine(toJson({ type: 'result', tests: results }));
        else for (const { target, passed } of results) printLine(`${passed ? 'passed' : 'FAILED'}  ${target}`);
        const failed = results.filter(({ passed }) => !passed).length;
        if (options.json !== true) printLine(`${formatCount(tests.length, 'test')}, ${failed} failed`);
        return failed === 0 ? verdict(session, report.value) : ok(EXIT.failed);
      }),
    );
  } finally {
    reporter.close();
  }
}
