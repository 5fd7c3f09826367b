/** How long a build may take, and be silent. */
import { describe, expect, test } from 'vitest';
import { freshRig } from './fresh-rig.js';
import { whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.log(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)('a build', () => {
  test('that takes longer than it may is stopped and has failed, though it talks', async () => {
    const rig = await freshRig();
    const slow = rig.script('slow', 'while :; do echo on and on; sleep 0.1; done');
    const failure = await rig.failure(slow, { limits: { timeout: 1, silence: 60 } });
    expect(failure).toMatchObject({ code: 'E_TIMEOUT', message: expect.stringContaining('took longer than 1 s') as string });
  });

  test('that says nothing for longer than it may is stopped, and one that talks is not', async () => {
    const rig = await freshRig();
    const silent = rig.script('silent', 'echo once; sleep 1000');
    const failure = await rig.failure(silent, { limits: { silence: 1 } });
    expect(failure).toMatchObject({ code: 'E_TIMEOUT', message: expect.stringContaining('said nothing for 1 s') as string });
    const talks = rig.script('talks', 'for i in 1 2 3 4 5 6; do echo $i; sleep 1; done; echo > $out');
    await rig.outputs([talks], { limits: { silence: 5 } });
  });
});
