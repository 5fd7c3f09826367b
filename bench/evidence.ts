/**
 * Evidence about a chain of 120 steps by five operators: how fast claims are signed and judged, what `zilch verify` takes from start to
 * end, and how large everything is. Then how many of the planted frauds are refused, and how many of the planted leaks are found.
 * `npx jiti bench/evidence.ts [claims|frauds|leaks]`. The leaks build stage 1 in a store of their own, and take some minutes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChain } from '../src/chain/index.js';
import { keyIdOf } from '../src/evidence/signing/key.js';
import { parsePolicy } from '../src/evidence/policy/policy.js';
import { formatPublicKey, generateSecretKey, publicKeyOf } from '../src/formats/index.js';
import { unwrap } from '../src/result.js';
import { CLOSED, PLANTED } from '../test/evidence/leaks/planted.js';
import { signed, World } from '../test/support/evidence-world.js';
import { alone } from './harness.js';

const STEPS = 120;
const OPERATORS = ['alice', 'bob', 'carol', 'dave', 'erin'];
const ROUNDS = 7;

const checkout = join(import.meta.dirname, '..');
const zilch = join(checkout, 'zilch');
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));

/** A chain in which each step needs the one before and one in the middle. Nothing builds it. */
function writeChain(directory: string): void {
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'chain.ts'),
    `import { chain, recipe, selfPath, text } from 'zilch';
const steps = [recipe({ name: 'step-0', builder: '/none', args: [selfPath('out')] })];
for (let i = 1; i < ${STEPS}; i++)
  steps.push(recipe({ name: \`step-\${i}\`, builder: text\`\${steps[i - 1]}\`, args: [text\`\${steps[i >> 1]}\`, 'a line of a script\\n'.repeat(1000)] }));
export default chain('step-${STEPS - 1}', { all: Object.fromEntries(steps.map((step, i) => [\`step-\${i}\`, step])) });
`,
  );
}

async function claims(): Promise<void> {
  const directory = join(work, 'chain');
  writeChain(directory);
  const world = new World(unwrap(await loadChain(directory)).chain);
  const keys = OPERATORS.map((operator) => [operator, generateSecretKey(`${operator}-1`)] as const);
  const operators = Object.fromEntries(keys.map(([operator, secret]) => [operator, { keys: [{ key: formatPublicKey(publicKeyOf(secret)) }] }]));
  const policyText = JSON.stringify({ version: 1, operators, need: { operators: OPERATORS.length } });
  const policy = unwrap(parsePolicy(policyText, 'policy.json'));
  const all = world.claims();
  const sign = (): string[][] => keys.map(([, secret]) => all.map((claim) => signed(claim, secret)));
  const count = STEPS * OPERATORS.length;

  const lines = sign();
  const signing: number[] = [];
  const judging: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    signing.push(processorTime(() => void sign()));
    judging.push(
      processorTime(() => {
        if (!world.judge(lines.flat(), policy, [`step-${STEPS - 1}`]).holds) throw new Error('the policy does not hold');
      }),
    );
  }
  alone(`sign ${count} claims, processor time`, 'writeStatement and sealPayload', signing);
  alone(`check and judge ${count} claims about ${STEPS} steps, processor time`, 'admit and judge', judging);
  const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;
  console.log(`  claims a second: ${perSecond(count, median(signing))} signed, ${perSecond(count, median(judging))} judged`);

  const places = keys.map(([, secret], index) => {
    const folder = join(work, 'claims', keyIdOf(secret));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'claims.jsonl'), lines[index]!.map((line) => `${line}\n`).join(''));
    return folder;
  });
  writeFileSync(join(work, 'policy.json'), policyText);
  const verify = ['verify', '-f', directory, '--store', join(work, 'store'), '--policy', join(work, 'policy.json'), '--claims', join(work, 'claims')];
  const verifying = Array.from({ length: 3 }, () => processorTimeOf([zilch, ...verify]));
  alone(`zilch verify: ${count} claims about ${STEPS} steps, offline, processor time`, 'from start to end', verifying);
  const bytes = readFileSync(join(places[0]!, 'claims.jsonl')).length;
  console.log(`  ${(bytes / STEPS / 1000).toFixed(1)} kB a claim, ${(bytes / 1000).toFixed(0)} kB an operator`);
}

/** A list of frauds is a file of tests, one test a fraud. */
const FRAUDS = {
  'envelope-frauds': 'by people without a key',
  'statement-frauds': 'by somebody who has a key',
  'vote-frauds': 'well formed and signed',
  'policy-frauds': 'in policies',
};
/** Tests in these files that are about no fraud, or are in such a group. */
const NO_FRAUD = /^(every fraud|without a fraud|the time of a key)/;

interface TestReport {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly TestResult[] }[];
}

interface TestResult {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}

function frauds(): void {
  const report = join(work, 'frauds.json');
  const files = Object.keys(FRAUDS).map((name) => `src/evidence/judge/${name}.test.ts`);
  spawnSync('npx', ['vitest', 'run', '--project', 'unit', '--reporter=json', `--outputFile=${report}`, ...files], { cwd: checkout, stdio: 'ignore' });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
  for (const [name, who] of Object.entries(FRAUDS)) {
    const all = testResults.find((one) => one.name.includes(name))?.assertionResults ?? [];
    const tests = all.filter(({ ancestorTitles, title }) => ![...ancestorTitles, title].some((words) => NO_FRAUD.test(words)));
    console.log(`frauds ${who}: ${tests.filter(({ status }) => status === 'passed').length} of ${tests.length} refused`);
  }
}

interface Varied {
  readonly runs: readonly unknown[];
  readonly findings: readonly { readonly name: string; readonly file: string; readonly shownBy: readonly string[]; readonly cause: string }[];
}

function leaks(): void {
  const chain = ['-f', join(checkout, 'test/evidence/leaks'), '--store', join(work, 'leaks')];
  execFileSync(zilch, ['build', '--all', '--no-tests', ...chain], { stdio: 'ignore' });
  const names = Object.keys(PLANTED);
  const args = ['vary', ...names, ...CLOSED, '--cover', 'each', '--without', 'builder', '--json', ...chain];
  const started = performance.now();
  const { stdout } = spawnSync(zilch, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { runs, findings } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Varied;
  const caught = names.filter((planted) => {
    const found = findings.find(({ name }) => name === planted);
    const [shown, cause] = PLANTED[planted]!;
    return found?.file === 'leak' && shown.test(found.shownBy.join(' and ')) && cause.test(found.cause);
  });
  const alarms = findings.filter(({ name }) => CLOSED.includes(name)).length;
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  console.log(`leaks: ${caught.length} of ${names.length} found, with file, change and cause; ${alarms} of ${CLOSED.length} false alarms`);
  console.log(`  ${runs.length} runs of the plan, ${minutes} minutes`);
  const missed = names.filter((name) => !caught.includes(name));
  if (missed.length > 0) throw new Error(`missed: ${missed.join(', ')}`);
}

/** In milliseconds of this process's processor time: how busy the machine is with other things does not count. */
function processorTime(run: () => void): number {
  const started = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** The same of a command and its children, as the shell counts it. */
function processorTimeOf(command: readonly string[]): number {
  const output = execFileSync('sh', ['-c', '"$@" >&2 || exit; times', 'sh', ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [, children = ''] = output.trim().split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000, 0);
}

function perSecond(count: number, milliseconds: number): string {
  return ((count / milliseconds) * 1000).toFixed(0);
}

const PARTS: Readonly<Record<string, () => void | Promise<void>>> = { claims, frauds, leaks };
try {
  const asked = process.argv[2];
  for (const [name, part] of Object.entries(PARTS)) if (asked === undefined || asked === name) await part();
} finally {
  rmSync(work, { recursive: true, force: true });
}
