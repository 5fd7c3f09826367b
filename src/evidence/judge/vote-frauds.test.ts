/** Frauds that are well formed and signed. See test/support/frauds.ts. */
import { describe, expect, test } from 'vitest';
import { asLines, earlierChain, KEYS, MACHINE, NOW, signed, World } from '../../../test/support/evidence-world.js';
import { alices, bobs, byMallory, honest, policy, policyOf, publicText, refusalsOf, system, world } from '../../../test/support/frauds.js';
import { generateSecretKey } from '../../formats/index.js';
import { admit } from './admit.js';

test('without a fraud, two honest parties are believed, and one is not', () => {
  expect(world.judge([...alices, ...bobs], policy).holds).toBe(false);
  expect(world.judge([...alices, ...bobs, signed(system, KEYS.bob)], policy).holds).toBe(true);
});

describe('what is well formed and signed does not help, either:', () => {
  test('a line again and again, to count as often', () => {
    const admission = admit(asLines([...alices, ...alices, ...alices]), policy, NOW);
    expect(admission).toMatchObject({ repeated: 8 });
    expect(refusalsOf([...alices, ...alices]).holds).toBe(false);
  });

  test('one operator on many machines, to count as many', () => {
    const many = ['a', 'b', 'c'].map((kernel) => signed({ ...system, how: { ...MACHINE, kernel } }, KEYS.alice));
    expect(refusalsOf(many).holds).toBe(false);
  });

  test('one operator with two keys, to count as two', () => {
    const second = generateSecretKey('alice-2');
    const two = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, alice: { keys: [{ key: publicText(KEYS.alice) }, { key: publicText(second) }] } },
    }));
    expect(refusalsOf([signed(system, second)], two).holds).toBe(false);
  });

  test('one operator who claims two makes of processor, to be independent of himself', () => {
    const need = policyOf((all) => ({ ...all, need: { operators: 2, cpuVendors: 2 } }));
    const own = (cpuVendor: string): string[] => honest.map((claim) => signed({ ...claim, how: { ...MACHINE, cpuVendor } }, KEYS.mallory));
    // Alice and Bob have Intel's; Mallory says that he has both. He may be the one with AMD's, and somebody else must have the other.
    expect(world.judge([...own('GenuineIntel'), ...own('AuthenticAMD')], need).holds).toBe(false);
    expect(world.judge([...alices, ...own('GenuineIntel')], need).holds).toBe(false);
    expect(world.judge([...alices, ...own('AuthenticAMD')], need).holds).toBe(true);
  });

  test('two outputs for one derivation, to be right in any case', () => {
    const other = new World().claims({ contents: (step) => (step === 'system' ? 'backdoor' : `${step}^out`) }).at(-1)!;
    const { holds, disagreements } = world.judge(
      [...alices, ...bobs, signed(system, KEYS.mallory), signed({ ...system, outputs: other.outputs }, KEYS.mallory)],
      policy,
    );
    expect(holds).toBe(false);
    expect(disagreements[0]?.sides.map(({ operators }) => operators)).toEqual([['alice', 'mallory'], ['mallory']]);
  });

  test('an output of my own beside what two others say, to have the choice left to chance', () => {
    const other = new World().claims({ contents: (step, output) => (step === 'system' ? 'backdoor' : `${step}^${output}`) }).at(-1)!;
    const { holds, disagreements } = world.judge([...alices, ...bobs, signed(system, KEYS.bob), signed(other, KEYS.mallory)], policy);
    expect(holds).toBe(false);
    expect(disagreements[0]?.sides.at(-1)).toMatchObject({ operators: ['mallory'] });
  });

  test('a revoked key with an old date, to have signed before it was stolen', () => {
    const revoked = policyOf((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), revoked: true }] } } }));
    const found = refusalsOf(
      [signed({ ...system, startedOn: '2020-01-01T00:00:00.000Z', finishedOn: '2020-01-01T00:00:00.000Z' }, KEYS.bob)],
      revoked,
    );
    expect(found.holds).toBe(false);
    expect(found.why).toMatch(/bob-1 of bob is revoked, .* whatever their dates/);
  });

  test('an expired key, to go on using it', () => {
    const expired = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), from: '2026-01-01', until: '2026-05-01' }] } },
    }));
    expect(refusalsOf([signed(system, KEYS.bob)], expired).why).toMatch(/after bob-1 has expired/);
  });

  test('a clock of 1971, to come before every rule', () => {
    const from = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, mallory: { keys: [{ key: publicText(KEYS.mallory), from: '2026-01-01' }] } },
    }));
    const line = byMallory({ startedOn: '1971-01-01T00:00:00.000Z', finishedOn: '1971-01-01T00:00:00.000Z' });
    expect(refusalsOf([line], from).why).toMatch(/before the first day of mallory-1/);
  });

  test('what Bob said of an earlier version of a recipe, to have it count for this one', () => {
    const replayed = new World(earlierChain).claims().map((claim) => signed(claim, KEYS.bob));
    const found = refusalsOf(replayed.slice(-1));
    expect(found.holds).toBe(false);
    expect(found.why).toMatch(/no step of this chain has the derivation/);
  });

  test('what Bob said, in my own folder too, to count as mine', () => {
    const admission = admit([...asLines(bobs), ...bobs.map((text, index) => ({ where: `mallory/claims.jsonl:${index + 1}`, text }))], policy, NOW);
    expect(admission.repeated).toBe(bobs.length);
    expect(new Set(admission.claims.map(({ operator }) => operator))).toEqual(new Set(['bob']));
  });

  test("another operator's name in my own words, to be counted as that one, too", () => {
    const asBob = { ...system, how: { ...MACHINE, operator: 'bob' } };
    const three = policyOf((all) => ({ ...all, need: { operators: 3 } }));
    const { steps, holds } = world.judge([...alices, ...bobs, signed(asBob, KEYS.mallory)], three);
    expect(holds).toBe(false);
    expect(steps.at(-1)?.operators).toEqual(['alice', 'mallory']);
  });
});

describe('the time of a key', () => {
  const at = (time: string): string => byMallory({ startedOn: time, finishedOn: time });
  const limited = policyOf((all) => ({
    ...all,
    operators: { ...all.operators, mallory: { keys: [{ key: publicText(KEYS.mallory), from: '2026-02-01', until: '2026-03-01' }] } },
  }));

  test('begins with the first moment of one day, and ends before the first moment of another', () => {
    expect(refusalsOf([at('2026-01-31T23:59:59.999Z')], limited)).toMatchObject({ holds: false });
    expect(refusalsOf([at('2026-02-01T00:00:00.000Z')], limited)).toEqual({ holds: true, why: '' });
    expect(refusalsOf([at('2026-02-28T23:59:59.999Z')], limited)).toEqual({ holds: true, why: '' });
    expect(refusalsOf([at('2026-03-01T00:00:00.000Z')], limited)).toMatchObject({ holds: false });
  });

  test('may be a day ahead of this machine, and no more', () => {
    const ahead = (milliseconds: number): string => at(new Date(NOW + milliseconds).toISOString());
    const day = 24 * 60 * 60 * 1000;
    expect(refusalsOf([ahead(day)])).toEqual({ holds: true, why: '' });
    expect(refusalsOf([ahead(day + 1)])).toMatchObject({ holds: false });
  });

  test('is told by the signer, so that a thief can use an expired key with an old date, and must be stopped by `revoked`', () => {
    expect(refusalsOf([at('2026-02-10T00:00:00.000Z')], limited).holds).toBe(true);
  });

  test('is over for a revoked key, while the same operator’s new key counts', () => {
    const renewed = generateSecretKey('mallory-2');
    const both = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, mallory: { keys: [{ key: publicText(KEYS.mallory), revoked: true }, { key: publicText(renewed) }] } },
    }));
    expect(refusalsOf([byMallory({})], both).holds).toBe(false);
    expect(refusalsOf([byMallory({}), signed(system, renewed)], both).holds).toBe(true);
  });
});
