/** Sandboxes that cannot be set up. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFifos, runInSandbox } from '../../src/build/run.js';
import { seccompFilter } from '../../src/build/seccomp.js';
import { unwrap } from '../../src/result.js';
import { tempDirectory } from '../support/store.js';
import { whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`sandboxes that fail are not tried: ${reason}`);

test.skipIf(reason !== undefined).each([
  [
    'is told from a builder that fails',
    ['--ro-bind', '/nowhere', '/x'],
    ['false'],
    "bwrap: Can't find source path /nowhere: No such file or directory",
  ],
  ['is told from one whose builder is not there', ['--ro-bind', '/', '/'], ['/nowhere'], 'bwrap: execvp /nowhere: No such file or directory'],
  ['is told from one that runs', ['--ro-bind', '/', '/'], ['false'], undefined],
])('a sandbox that cannot be made %s', async (_what, sandbox, command, notStarted) => {
  const directory = tempDirectory();
  const fifo = join(directory, 'fifo');
  unwrap(await makeFifos([fifo]));
  const filter = join(directory, 'filter');
  writeFileSync(filter, seccompFilter());
  const signal = new AbortController().signal;
  const ran = await runInSandbox({
    sandbox: ['--unshare-user', '--unshare-pid', ...sandbox],
    command,
    filter,
    fifo,
    signal,
    onOutput: () => undefined,
  });
  expect(unwrap(ran)).toMatchObject({ exitCode: 1, notStarted, wasKilled: false });
});
