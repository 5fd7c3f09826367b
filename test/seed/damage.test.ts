import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { damage } from './damage.js';
import { Ladder, STEP1, STEP2 } from './ladder.js';
import { randomProgram } from './random-program.js';

const FIRST_PROCESS = readFileSync(fileURLToPath(new URL('first-process.t', import.meta.url)), 'latin1');
const texts = Number(process.env['LADDER_TEXTS'] ?? 80);

let ladder: Ladder;
let step2: string;
beforeAll(() => {
  ladder = new Ladder();
  step2 = ladder.makeStep2();
});
afterAll(() => ladder.close());

describe(`${texts} damaged texts are compiled, or refused with a line:`, () => {
  it('by step 1', () => {
    let refused = 0;
    for (let seed = 0; seed < texts; seed++) {
      const ran = ladder.run(ladder.seed, STEP1, ladder.write('d.t', damage(seed % 10 ? FIRST_PROCESS : readFileSync(STEP2, 'latin1'), seed)), 'd');
      expect([0, 1], `text ${seed}`).toContain(ran.status);
      expect(ran.stderr, `text ${seed}`).toMatch(ran.status === 0 ? /^$/ : /^step1: line \d+: .* at: .*\n$/);
      refused += ran.status!;
    }
    expect(refused).toBeGreaterThan(texts / 2);
  });

  it('by step 2', () => {
    let refused = 0;
    for (let seed = 0; seed < texts; seed++) {
      const ran = ladder.run(step2, ladder.write('d.c', damage(randomProgram(seed), seed)), 'd');
      expect([0, 1], `text ${seed}`).toContain(ran.status);
      expect(ran.stderr, `text ${seed}`).toMatch(ran.status === 0 ? /^$/ : /^\S+:\d+: ./);
      refused += ran.status!;
    }
    expect(refused).toBeGreaterThan(texts / 2);
  });
});
