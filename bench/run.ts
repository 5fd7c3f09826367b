/**
 * All benchmarks, each in a process of its own, so that none warms or wears out another: `npm run bench [-- NAME...] [--json FILE]`. What
 * they need is fetched or built first. Ends with one table: least, median and most, processor time, and the ratios of the medians.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COLUMNS, formatCompared, RESULTS, type Compared } from './harness.js';
import { nixes } from './peers.js';

const NOT_BENCHMARKS = ['compiled', 'harness', 'peers', 'run', 'sources'];
/** Measured when they are named: they are about something else than Zilch's own speed, or take minutes. */
const NAMED_ONLY = ['chain-nix'];
/** What is asked of some where all are run: that part which takes seconds. */
const SHORT: Readonly<Record<string, readonly string[]>> = { evidence: ['claims'], stage1: ['3'] };
/** Whom we are compared with, and how each says what it is. */
const PEERS = [
  ['curl', '--version'],
  ['chromium', '--version'],
] as const;

const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => !NOT_BENCHMARKS.includes(name));
const { values, positionals: named } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no benchmark is called ${unknown.join(', ')}; there are ${all.join(', ')}`);

function versionOf(program: string, option: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8' });
  return error === undefined ? (stdout || stderr).trim().split('\n')[0] : undefined;
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node.js ${process.version}`;
const found = (await nixes()).map(({ version }) => [`nix ${version}`, version] as const);
const peers = Object.fromEntries([...found, ...PEERS.map(([program, option]) => [program, versionOf(program, option)] as const)]);
console.log(machine);
for (const [program, version] of Object.entries(peers))
  console.log(`${program}: ${version ?? 'missing, so what it would be compared with is measured alone, or not at all'}`);

// The program as users run it is what is measured.
execFileSync(join(import.meta.dirname, '../zilch'), ['--version'], { stdio: ['ignore', 'ignore', 'inherit'] });
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-results-'));
const results = join(work, 'results');
const failed = (named.length > 0 ? named : all.filter((name) => !NAMED_ONLY.includes(name))).filter((name) => {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status } = spawnSync('npx', ['jiti', join(import.meta.dirname, `${name}.ts`), ...(named.length > 0 ? [] : (SHORT[name] ?? []))], {
    stdio: 'inherit',
    env: { ...process.env, [RESULTS]: results },
  });
  console.log(`(${((performance.now() - started) / 1000).toFixed(0)} s)`);
  return status !== 0;
});

const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
rmSync(work, { recursive: true });
const compared = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Compared);
console.log(`\n== all of them: ${machine}\n${COLUMNS}`);
for (const one of compared) console.log(formatCompared(one).join('\n'));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, peers, failed, compared }, undefined, 2)}\n`);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
