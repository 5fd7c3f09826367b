/** A skipped test is listed with its reason, and fails the run where CI is set. */
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempDirectory } from './support/store.js';

const CHECKOUT = fileURLToPath(new URL('../', import.meta.url));

const REASONS = `
  sample.test.ts: 2 tests skipped
  no compiler here
  asked: the network is away
  skipped: no seed by clang`;

/** Runs vitest on a file of tests; gives how it ended and what it printed, without indentation. */
function run(tests: string, env: NodeJS.ProcessEnv): { readonly status: number | null; readonly printed: string } {
  const directory = tempDirectory();
  symlinkSync(join(CHECKOUT, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(
    join(directory, 'vitest.config.ts'),
    `import { SkippedReporter } from ${JSON.stringify(join(CHECKOUT, 'test/support/skipped-reporter.ts'))};
export default { test: { reporters: ['default', new SkippedReporter()] } };\n`,
  );
  writeFileSync(join(directory, 'sample.test.ts'), `import { test } from 'vitest';\n${tests}`);
  const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run'], { cwd: directory, env, encoding: 'utf8' });
  return { status, printed: `\n${stdout}${stderr}`.replaceAll(/\n */g, '\n') };
}

const outside: NodeJS.ProcessEnv = { ...process.env, CI: '', VITEST: undefined, NODE_OPTIONS: undefined };

const SOME_ARE_SKIPPED = `console.warn('no compiler here');
test.skip('compiles', () => undefined);
test('asked', (context) => context.skip('the network is away'));
test('runs', () => console.log('other words\\nskipped: no seed by clang'));
`;

test('tests that are skipped are listed with their reasons', () => {
  const { status, printed } = run(SOME_ARE_SKIPPED, outside);
  expect(printed).toContain(REASONS.replaceAll(/\n */g, '\n'));
  expect(status).toBe(0);
});

test('tests that are skipped fail the run where CI is set', () => {
  const { status, printed } = run(SOME_ARE_SKIPPED, { ...outside, CI: 'true' });
  expect(printed).toContain(REASONS.replaceAll(/\n */g, '\n'));
  expect(printed).toContain('FAILED: tests were skipped');
  expect(status).toBe(1);
});

test('a run without skipped tests succeeds where CI is set, and lists nothing', () => {
  const { status, printed } = run(`test('runs', () => console.log('nothing is skipped: all is there'));`, { ...outside, CI: 'true' });
  expect(status).toBe(0);
  expect(printed).not.toContain('sample.test.ts: ');
});
