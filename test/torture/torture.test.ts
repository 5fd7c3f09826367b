/** The campaign that anybody can run longer, for a moment. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Counts, Violation } from './counts.js';
import { damage } from './mutate.js';
import { Random } from './random.js';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

function torture(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync('npm', ['run', '--silent', 'torture', '--', ...args], { cwd: CHECKOUT, encoding: 'utf8' });
}

test('twenty seconds of torture find nothing, and say what they did', () => {
  const ran = torture('--minutes', '0.33');
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  expect(ran.stdout).toMatch(/^torture: seed \d+, 0.33 min/);
  for (const kind of ['archive', 'derivation', 'narinfo file', 'realisation']) expect(ran.stdout).toMatch(new RegExp(`[1-9]\\d* {2}damaged ${kind}: refused`)); // prettier-ignore
  expect(ran.stdout).toMatch(/[1-9]\d* {2}left to (add|import|pull|collect|build) to the end/);
  expect(ran.stdout).toMatch(/[1-9]\d* {2}paths looked at to the byte/);
  expect(ran.stdout).toMatch(/nothing was found, seed \d+, .* at most \d+ MiB of memory\n$/);
});

test('damage is the same for the same seed and number, and another otherwise', () => {
  const bytes = Buffer.from('Derive([("out","","r:sha256","")],[],[],"x86_64-linux","/bin/sh",[],[])');
  const one = (seed: number, number: number): string => damage(bytes, new Random(seed, number), [bytes]).toString('latin1');
  const many = Array.from({ length: 1000 }, (_, number) => one(1, number));
  expect(Array.from({ length: 1000 }, (_, number) => one(1, number))).toEqual(many);
  expect(new Set(many).size).toBeGreaterThan(700);
  expect(Array.from({ length: 1000 }, (_, number) => one(2, number))).not.toEqual(many);
});

test('wrong use is told', () => {
  expect(torture('--minutes', 'x').status).toBe(2);
});

test('what must not happen ends it with what brings it back', async () => {
  const { DamageCampaign } = await import('./damage.js');
  const campaign = new DamageCampaign(1, new Counts(), false);
  try {
    // Readers that take everything: the first case that is damaged shows it.
    const { NarParser } = await import('../../src/formats/index.js');
    const { push, end } = NarParser.prototype;
    NarParser.prototype.push = NarParser.prototype.end = () => ({ ok: true, value: undefined });
    try {
      const run = async (): Promise<void> => {
        for (let number = 0; number < 100; number++) await campaign.run(number);
      };
      await expect(run()).rejects.toThrow(Violation);
    } finally {
      Object.assign(NarParser.prototype, { push, end });
    }
  } finally {
    campaign.close();
  }
});
