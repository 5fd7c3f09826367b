/** Two builders, a policy and a cache, as people use them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { CliRig, type Ran } from '../cli/rig.js';
import { parseSecretKey } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { CHECKERS, whyNoChecker } from '../support/signature-checkers.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const RECIPES = `const tool = make({ name: 'tool', version: '2', outputs: ['bin', 'doc'], script: sh\`echo tool > $bin; echo manual > $doc\` });
const user = make({ name: 'user', script: sh\`cat \${tool.bin} \${tool.doc} > $out\` });
`;

interface Verified {
  readonly holds: boolean;
  readonly steps: readonly { readonly step: string; readonly state: string; readonly operators: readonly string[] }[];
  readonly deceivers: { readonly operators: readonly string[] };
}

let rig: CliRig;
const at = (name: string): string => join(rig.directory, name);

async function zilch(store: string, ...args: readonly string[]): Promise<Ran> {
  return rig.run([...args, '-f', rig.chain, '--store', at(store)]);
}

function policy(operators: number, file = `policy-${operators}.json`): string {
  const keyOf = (who: string): unknown => ({ keys: [{ key: readFileSync(at(`${who}.public`), 'utf8').trim() }] });
  writeFileSync(at(file), JSON.stringify({ version: 1, operators: { alice: keyOf('alice'), bob: keyOf('bob') }, need: { operators } }));
  return at(file);
}

describe.skipIf(noBuilds !== undefined)('evidence', () => {
  beforeAll(async () => {
    rig = new CliRig();
    rig.write(RECIPES, ['user', 'tool']);
    for (const who of ['alice', 'bob']) {
      const made = await rig.run(['cache', 'key', `${who}-1`, at(`${who}.secret`)]);
      expect(made.stderr).toBe('');
      writeFileSync(at(`${who}.public`), made.stdout);
      expect((await zilch(who, 'build')).status).toBe(0);
    }
  });
  afterAll(() => rig.close());

  test('of one builder is not enough for two, and says who is missing', async () => {
    const attested = await zilch('alice', 'attest', '--key', at('alice.secret'), '--to', at('claims'));
    expect(attested).toMatchObject({ status: 0, stderr: '' });
    expect(attested.stdout).toMatch(/^2 claims added, 2 in all/);
    const one = await zilch('nobody', 'verify', '--policy', policy(1), '--claims', at('claims'));
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toContain('The smallest set of parties that could deceive you: alice');
    const two = await zilch('nobody', 'verify', '--policy', policy(2), '--claims', at('claims'));
    expect(two.status).toBe(1);
    expect(two.stdout).toContain('lacking  tool: 1 of 2 operators');
    expect(two.stderr).toContain('E_POLICY_OPEN');
  });

  test('says how it was built, and what a copy cannot say', async () => {
    const [line = ''] = claimLines();
    const { payload } = JSON.parse(line) as { readonly payload: string };
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      readonly predicate: { readonly buildDefinition: { readonly internalParameters: unknown } };
    };
    expect(statement.predicate.buildDefinition.internalParameters).toMatchObject({ operator: 'alice-1', observed: 'while building' });
    await zilch('alice', 'copy', at('copied'));
    const copied = await zilch('copied', 'attest', '--key', at('bob.secret'), '--to', at('claims'));
    expect(copied.status).toBe(1);
    expect(copied.stderr).toContain('E_NOT_BUILT: user was not built in this store but copied into it');
  });

  test('can be given of a copy once it was built again', async () => {
    const audited = await zilch('copied', 'audit', '--sample', '100%');
    expect(audited.stdout).toMatch(/^same {2}user$/m);
    expect(audited.stdout).toContain('1 build came from elsewhere; 1 built again, 1 of them with the same outcome');
    expect(audited.status).toBe(0);
    expect((await zilch('copied', 'attest', '--key', at('bob.secret'), '--to', at('audited'))).stdout).toMatch(/^2 claims added/);
    await zilch('alice', 'copy', at('copied-again'));
    const signed = await zilch('copied-again', 'audit', '--sample', '100%', '--key', at('bob.secret'), '--to', at('signed-audit'));
    expect(signed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^2 claims added, 2 in all/m) as unknown });
  });

  test('of two builders lets a cache be used that nobody signed', async () => {
    expect((await zilch('bob', 'attest', '--key', at('bob.secret'), '--to', at('claims'))).status).toBe(0);
    const verified = JSON.parse((await zilch('nobody', 'verify', '--policy', policy(2), '--claims', at('claims'), '--json')).stdout) as Verified;
    expect(verified).toMatchObject({ holds: true, deceivers: { operators: ['alice', 'bob'] } });
    expect((await zilch('alice', 'cache', 'push', at('cache'))).status).toBe(0);
    const build = (store: string, by: string): Promise<Ran> =>
      zilch(store, 'build', '--json', '--substituters', at('cache'), '--policy', by, '--claims', at('claims'));
    const built = await build('trusting', policy(2));
    expect(summaryOf(built)).toMatchObject({ built: 0, failed: 0 });
    // Bob has no claim about the library, so it is built here.
    const withoutBob = at('only-alice');
    const claims = await zilch('alice', 'attest', '--key', at('alice.secret'), '--to', withoutBob);
    expect(claims.status).toBe(0);
    const wary = await zilch('wary', 'build', '--json', '--substituters', at('cache'), '--policy', policy(2), '--claims', withoutBob);
    expect(summaryOf(wary)).toMatchObject({ built: 2, failed: 0 });
  });

  test('that differs from what this store built is told of', async () => {
    // As long as a build may see random numbers, it can leave them in what it makes.
    rig.write(RECIPES.replace('echo tool', 'cat /proc/sys/kernel/random/uuid'), ['user', 'tool']);
    for (const [store, who] of [
      ['other-a', 'alice'],
      ['other-b', 'bob'],
    ] as const) {
      expect((await zilch(store, 'build')).status).toBe(0);
      expect((await zilch(store, 'attest', '--key', at(`${who}.secret`), '--to', at('random'))).status).toBe(0);
    }
    const verified = await zilch('nobody', 'verify', '--policy', policy(2), '--claims', at('random'));
    expect(verified.status).toBe(3);
    expect(verified.stdout).toContain('disagreement  begins at tool');
    expect(verified.stderr).toContain('E_DISAGREEMENT');
  });
});

describe('zilch sign', () => {
  let signing: CliRig;
  beforeAll(() => void (signing = new CliRig()));
  afterAll(() => signing.close());

  test.each(Object.keys(CHECKERS))('signs any file so that %s checks it, and finds another byte', async (program) => {
    const missing = whyNoChecker(program);
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return;
    }
    const folder = join(signing.directory, `signed-for-${program}`);
    mkdirSync(folder);
    const [key, file] = [join(folder, 'secret'), join(folder, 'SHA256SUMS')];
    writeFileSync(file, `${'0'.repeat(64)}  a file\n`);
    expect((await signing.run(['cache', 'key', 'carol-1', key])).status).toBe(0);
    expect(await signing.run(['sign', '--key', key, '--public', folder, file])).toMatchObject({ status: 0, stderr: '' });
    const secret = unwrap(parseSecretKey(readFileSync(key, 'utf8')));
    const check = CHECKERS[program]!;
    expect(check(folder, 'SHA256SUMS', secret)).toBe(0);
    for (const signed of [file, `${file}.nix/nar/SHA256SUMS.nar`])
      writeFileSync(signed, readFileSync(signed, 'latin1').replace('a file', 'a fool'), 'latin1');
    expect(check(folder, 'SHA256SUMS', secret)).not.toBe(0);
  });
});

/** The lines of the first signer's claims. */
function claimLines(): string[] {
  const [signer = ''] = readdirSync(at('claims'));
  return readFileSync(join(at('claims'), signer, 'claims.jsonl'), 'utf8')
    .trim()
    .split('\n');
}

function summaryOf({ stdout }: Ran): unknown {
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly summary?: unknown }).summary;
}
