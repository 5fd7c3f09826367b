/**
 * `npm run torture -- [--minutes N] [--seed S] [--only damage|kills] [--case N]`: damages what Zilch reads and kills what it does, for
 * as long as it is told, and ends with what it has counted. With the seed that it prints, each case comes again.
 */
import { parseArgs } from 'node:util';
import { whyNoBuilds } from '../build/rig.js';
import { whyNoNix } from '../support/nix.js';
import { Counts } from './counts.js';
import { DamageCampaign } from './damage.js';
import { KillCampaign } from './kills.js';

/** Damages are tried for so long between two kills, in milliseconds: a kill takes about as long. */
const SLICE_MS = 1000;
/** The least number of them, however busy the machine is. */
const LEAST_DAMAGES = 200;

interface Campaign {
  readonly run: (number: number) => Promise<void>;
  readonly close: () => void;
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' }, only: { type: 'string' }, case: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(minutes > 0) || !Number.isSafeInteger(seed) || !['damage', 'kills', undefined].includes(values.only)) {
  console.error('torture: give a number of minutes, a whole number as seed, and damage or kills');
  process.exit(2);
}

const counts = new Counts();
const noNix = whyNoNix();
const noBuilds = values.only === 'damage' ? 'nothing is killed' : await whyNoBuilds();
console.log(`torture: seed ${seed}, ${minutes} min${noNix === undefined ? '' : `; without Nix: ${noNix}`}${noBuilds === undefined ? '' : `; nothing is built: ${noBuilds}`}`); // prettier-ignore

/** Runs cases from a number on, for the given time and at least the given count; returns the number of the next. */
async function runUntil(campaign: Campaign, name: string, from: number, end: number, least: number): Promise<number> {
  let number = from;
  do {
    try {
      await campaign.run(number);
    } catch (error) {
      console.error(`torture: FAILED: npm run torture -- --seed ${seed} --only ${name} --case ${number}`);
      throw error;
    }
    number++;
  } while (performance.now() < end || number - from < least);
  return number;
}

const started = performance.now();
const end = started + minutes * 60_000;
const damage = values.only === 'kills' ? undefined : new DamageCampaign(seed, counts, noNix === undefined);
const kills =
  values.only === 'damage' ? undefined : new KillCampaign({ seed, counts, withNix: noNix === undefined, withBuilds: noBuilds === undefined });
let most = 0;
let failed = true;
try {
  await kills?.prepare();
  let [damages, killed] = [Number(values.case ?? 0), Number(values.case ?? 0)];
  do {
    const isOnce = values.case !== undefined;
    const slice = isOnce ? 0 : Math.min(end, performance.now() + SLICE_MS);
    if (damage !== undefined) damages = await runUntil(damage, 'damage', damages, slice, isOnce ? 1 : LEAST_DAMAGES);
    if (kills !== undefined) killed = await runUntil(kills, 'kills', killed, 0, 1);
    most = Math.max(most, process.memoryUsage().rss);
  } while (performance.now() < end && values.case === undefined);
  failed = false;
} catch (error) {
  console.error(error);
} finally {
  damage?.close();
  kills?.close();
}
console.log(counts.lines().join('\n'));
const took = (performance.now() - started) / 60_000;
console.log(
  `torture: ${failed ? 'FAILED' : 'nothing was found'}, seed ${seed}, ${took.toFixed(1)} min, at most ${Math.round(most / 2 ** 20)} MiB of memory`,
);
process.exitCode = failed ? 1 : 0;
