import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEYS, signed, World } from '../../../test/support/evidence-world.js';
import { formatPublicKey, generateSecretKey, publicKeyOf, sha256, type SecretKey } from '../../formats/index.js';
import { chain, recipe, selfPath, text, type AnyRecipe } from '../../recipe/index.js';
import { unwrap } from '../../result.js';
import { parsePolicy, type Policy } from '../policy/policy.js';
import { judge } from './judge.js';
import { vouchedBy } from './vouch.js';

const world = new World();

function policyOf(need: Readonly<Record<string, number>>, keys: Readonly<Record<string, SecretKey>> = KEYS): Policy {
  const operators = Object.fromEntries(
    Object.entries(keys).map(([name, secret]) => [name, { keys: [{ key: formatPublicKey(publicKeyOf(secret)) }] }]),
  );
  return unwrap(parsePolicy(JSON.stringify({ version: 1, operators, need }), 'policy.json'));
}

function by(who: keyof typeof KEYS, ...options: Parameters<World['claims']>): string[] {
  return world.claims(...options).map((claim) => signed(claim, KEYS[who]));
}

describe('a policy', () => {
  test('holds when enough agree about every step', () => {
    const judged = world.judge([...by('alice'), ...by('bob')], policyOf({ operators: 2 }));
    expect(judged.steps.map(({ step, state }) => [step.name, state])).toEqual([
      ['ladder', 'holds'],
      ['compiler', 'holds'],
      ['library', 'holds'],
      ['system', 'holds'],
    ]);
    expect(judged.holds).toBe(true);
  });

  test('says which step lacks whom', () => {
    const [, ...others] = by('bob');
    const judged = world.judge([...by('alice'), ...others], policyOf({ operators: 2 }));
    expect(judged.holds).toBe(false);
    expect(judged.steps[0]).toMatchObject({ state: 'lacking', operators: ['alice'], lacks: [{ what: 'operators', have: 1, need: 2 }] });
  });

  test('asks only about what the target needs', () => {
    const lines = [...by('alice'), ...by('bob').slice(0, 2)];
    expect(world.judge(lines, policyOf({ operators: 2 }), ['compiler']).holds).toBe(true);
    expect(world.judge(lines, policyOf({ operators: 2 })).holds).toBe(false);
  });

  test.each([
    ['cpuVendors', { cpuVendor: 'AuthenticAMD' }],
    ['kernels', { kernel: '6.12.0' }],
    ['builders', { builder: 'nix', builderVersion: 'nix (Nix) 2.8.0' }],
  ] as const)('asks for two %s', (dimension, how) => {
    const policy = policyOf({ operators: 2, [dimension]: 2 });
    expect(world.judge([...by('alice'), ...by('bob')], policy).steps[0]?.lacks).toEqual([{ what: dimension, have: 1, need: 2 }]);
    expect(world.judge([...by('alice'), ...by('bob', { how })], policy).holds).toBe(true);
  });

  test('asks for two seeds, which make other derivations and the same outputs', () => {
    const policy = policyOf({ operators: 2, seeds: 2 });
    const other = by('bob', { seed: world.otherSeed });
    // The ladder to the chain's own seed has no other.
    const ladder = by('bob').slice(0, 1);
    expect(world.judge([...by('alice'), ...by('bob')], policy).holds).toBe(false);
    const judged = world.judge([...by('alice'), ...other, ...ladder], policy);
    expect(judged.steps.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds', 'holds']);
  });
});

describe('a disagreement', () => {
  test('is told of the first step at which it begins, with who says what', () => {
    const lying = by('mallory', { contents: (step, output) => (step === 'compiler' ? 'a backdoor' : `${step}^${output}`) });
    const judged = world.judge([...by('alice'), ...by('bob'), ...lying], policyOf({ operators: 2 }));
    expect(judged.holds).toBe(false);
    expect(judged.disagreements.map(({ step }) => step.name)).toEqual(['compiler']);
    expect(judged.disagreements[0]?.sides.map(({ operators }) => operators)).toEqual([['alice', 'bob'], ['mallory']]);
    expect(judged.elsewhere).toEqual([{ operator: 'mallory', first: 'library', count: 2 }]);
  });

  test('is one with this store, too, which counts for nothing else', () => {
    const other = new World().claims({ contents: () => 'ours' });
    const policy = policyOf({ operators: 2 });
    const { admission } = world.judge([...by('alice'), ...by('bob')], policy);
    const judged = judge(
      world.steps(),
      [world.drvPathOf('ladder')],
      admission.claims,
      policy,
      (drvPath) => other.find(({ derivation }) => derivation === drvPath)?.outputs,
    );
    expect(judged.disagreements[0]?.sides.map(({ operators }) => operators)).toEqual([['this store'], ['alice', 'bob']]);
    const alone = judge(
      world.steps(),
      [world.drvPathOf('ladder')],
      [],
      policy,
      (drvPath) => other.find(({ derivation }) => derivation === drvPath)?.outputs,
    );
    expect(alone.steps[0]).toMatchObject({ state: 'missing', operators: [] });
  });
});

describe('the smallest set that could deceive', () => {
  test('is those who alone support some step', () => {
    const lines = [...by('alice'), ...by('bob'), ...by('mallory').filter((_, index) => index !== 2)];
    const { deceivers } = world.judge(lines, policyOf({ operators: 2 }));
    expect(deceivers).toEqual({ operators: ['alice', 'bob'], steps: ['library'] });
  });

  test('is the smallest of all sets that support some step alone, whoever said what', () => {
    const everybody = Object.keys(KEYS) as (keyof typeof KEYS)[];
    const lines = new Map(everybody.map((who) => [who, by(who)]));
    const said = fc.array(fc.subarray(everybody), { minLength: 4, maxLength: 4 });
    const policy = policyOf({ operators: 1 });
    fc.assert(
      fc.property(said, (supporters) => {
        const given = supporters.flatMap((who, step) => who.map((one) => lines.get(one)![step]!));
        const { deceivers, steps } = world.judge(given, policy);
        // Nothing can be said about a step when nobody says what its inputs are.
        const found = steps.map(({ operators }) => operators);
        const subsets = everybody.reduce<string[][]>((all, one) => [...all, ...all.map((set) => [...set, one])], [[]]);
        const enough = subsets.filter((set) => found.some((operators) => operators.every((one) => set.includes(one))));
        expect(deceivers.operators.length).toBe(Math.min(...enough.map((set) => set.length)));
        expect(enough).toContainEqual([...deceivers.operators]);
        for (const name of deceivers.steps) expect(steps.find(({ step }) => step.name === name)?.operators).toEqual(deceivers.operators);
      }),
      { numRuns: 50 },
    );
  });

  test('does not get smaller by one operator’s second key, or by what the store has built itself', () => {
    const second = generateSecretKey('alice-2');
    const operators = {
      alice: { keys: [KEYS.alice, second].map((secret) => ({ key: formatPublicKey(publicKeyOf(secret)) })) },
      bob: { keys: [{ key: formatPublicKey(publicKeyOf(KEYS.bob)) }] },
    };
    const policy = unwrap(parsePolicy(JSON.stringify({ version: 1, operators, need: { operators: 1 } }), 'policy.json'));
    const lines = [...by('alice'), ...world.claims().map((claim) => signed(claim, second))];
    expect(world.judge(lines, policy).deceivers.operators).toEqual(['alice']);
    const { admission } = world.judge(lines, policy);
    const own = (drvPath: string) => world.claims().find(({ derivation }) => derivation === drvPath)?.outputs;
    expect(judge(world.steps(), [world.drvPathOf('system')], admission.claims, policy, own).deceivers.operators).toEqual(['alice']);
  });

  test('is whoever gives something that nobody vouches for', () => {
    const { deceivers } = world.judge(by('alice').slice(0, 3), policyOf({ operators: 1 }));
    expect(deceivers).toEqual({ operators: [], steps: ['system'] });
  });
});

describe('a cache is believed', () => {
  test('for what the policy holds for, and for nothing above a step for which it does not', () => {
    const lines = [...by('alice'), ...by('bob').filter((_, index) => index !== 2)];
    const judged = world.judge(lines, policyOf({ operators: 2 }));
    expect(judged.steps.map(({ state }) => state)).toEqual(['holds', 'holds', 'lacking', 'holds']);
    const names = [...vouchedBy(judged, world.prepared).paths.keys()].map((path) => path.slice(44));
    expect(names).toEqual(['ladder', 'compiler']);
  });

  test('under the ids of derivations as written and of resolved ones', () => {
    const judged = world.judge([...by('alice'), ...by('bob')], policyOf({ operators: 2 }));
    const vouched = vouchedBy(judged, world.prepared);
    // Ladder once, the three others twice, the library by two outputs.
    expect(vouched.realisations.size).toBe(1 + 2 + 4 + 2);
    expect(new Set(vouched.realisations.values())).toEqual(new Set(vouched.paths.keys()));
  });
});

describe('a long chain', () => {
  test('of 120 outputs, by five operators, is judged in less than ten seconds of processor time', () => {
    const recipes: Record<string, AnyRecipe> = {};
    let last: AnyRecipe = recipe({ name: 'step-0', builder: '/none', args: [selfPath('out')] });
    recipes['step-0'] = last;
    for (let i = 1; i < 120; i++) {
      last = recipe({
        name: `step-${i}`,
        builder: text`${last}`,
        args: [text`${recipes[`step-${Math.floor(i / 2)}`]!}`, sha256('a script').repeat(300)],
      });
      recipes[`step-${i}`] = last;
    }
    const long = new World(chain('step-119', { all: recipes }));
    const keys = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, generateSecretKey(`${name}-1`)]));
    const claims = long.claims();
    const making = process.cpuUsage();
    const lines = Object.values(keys).flatMap((secret) => claims.map((claim) => signed(claim, secret)));
    const made = secondsSince(making);
    const judging = process.cpuUsage();
    const judged = long.judge(lines, policyOf({ operators: 5 }, keys), ['step-119']);
    const seconds = secondsSince(judging);
    expect(judged.holds).toBe(true);
    expect(judged.steps).toHaveLength(120);
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    const rate = (taken: number): string => `${(lines.length / taken).toFixed(0)} a second`;
    console.log(
      `${lines.length} claims of ${(bytes / lines.length).toFixed(0)} bytes: made ${rate(made)}, judged in ${seconds.toFixed(2)} s, ${rate(seconds)}`,
    );
    expect(seconds).toBeLessThan(10);
  });
});

/** Of processor time: how busy the machine is with other things does not count. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
