/**
 * `npm run mutants [-- --jobs N] [PART…]`: plants each fault of faults.ts in a copy of the sources, runs the tests that should notice,
 * and reports the share that they did; exit code 1 when one survives. With parts, only of files whose names have one of them. With
 * `--check`, only whether each fault still has its place.
 */
import { execFile, type ExecFileException } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS, type Fault } from './faults.js';

const CHECKOUT = join(import.meta.dirname, '../..');
/** For all tests of a fault, and for each: a busy machine is slow, which says nothing about faults. */
const LONGEST_MS = 10 * 60_000;

/** A time limit tells of a fault that makes a test hang, and also of a busy machine: look at those. */
type Outcome = 'killed' | 'killed by a time limit' | 'SURVIVED' | 'MISPLACED' | 'TESTS FAIL WITHOUT IT';

/** What the tests need of the checkout, so that nothing is ever planted in the checkout itself. */
function copyOfCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'zilch-mutants-'));
  for (const name of ['src', 'test', 'bootstrap', 'kit', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true });
  for (const name of ['node_modules', 'dist', 'runtime']) symlinkSync(join(CHECKOUT, name), join(copy, name));
  return copy;
}

/** What becomes of the tests. */
function run(copy: string, tests: string): Promise<'passed' | 'failed' | 'timed out'> {
  const args = ['node_modules/.bin/vitest', 'run', '--project', 'unit', '--bail', '1', '--testTimeout', String(LONGEST_MS), join('src', tests)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: copy, timeout: LONGEST_MS, maxBuffer: 2 ** 26 }, (error: ExecFileException | null, stdout, stderr) =>
      resolve(error === null ? 'passed' : error.killed === true || /(?:Test|Hook) timed out/.test(stdout + stderr) ? 'timed out' : 'failed'),
    );
  });
}

const isPlaced = ({ file, old }: Fault): boolean => readFileSync(join(CHECKOUT, 'src', file), 'utf8').split(old).length === 2;

async function outcomeOf(fault: Fault, copy: string): Promise<Outcome> {
  if (!isPlaced(fault)) return 'MISPLACED';
  const file = join(copy, 'src', fault.file);
  const whole = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    whole.replace(fault.old, () => fault.new),
  );
  try {
    const became = await run(copy, fault.tests);
    return became === 'passed' ? 'SURVIVED' : became === 'failed' ? 'killed' : 'killed by a time limit';
  } finally {
    writeFileSync(file, whole);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--jobs');
  const jobs = at === -1 ? availableParallelism() : Number(args[at + 1]);
  const parts = args.filter((word, index) => !word.startsWith('--') && (at === -1 || index !== at + 1));
  const faults = FAULTS.filter(({ file }) => parts.length === 0 || parts.some((part) => file.includes(part)));
  if (args.includes('--check')) {
    const misplaced = faults.filter((fault) => !isPlaced(fault));
    for (const { file, old } of misplaced) console.log(`MISPLACED  ${file}  ${JSON.stringify(old)}`);
    console.log(`${faults.length - misplaced.length} of ${faults.length} faults have their place`);
    return misplaced.length === 0 ? 0 : 1;
  }
  const started = Date.now();
  const open = [...faults];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    const copy = copyOfCheckout();
    const sound = new Map<string, boolean>();
    try {
      for (let fault = open.shift(); fault !== undefined; fault = open.shift()) {
        // A test that fails anyway notices nothing.
        if (!sound.has(fault.tests)) sound.set(fault.tests, (await run(copy, fault.tests)) === 'passed');
        const outcome = sound.get(fault.tests) === true ? await outcomeOf(fault, copy) : 'TESTS FAIL WITHOUT IT';
        outcomes.push(outcome);
        console.log(`${outcome}  ${fault.file}  ${JSON.stringify(fault.old.slice(0, 70))} -> ${JSON.stringify(fault.new.slice(0, 70))}`);
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const killed = outcomes.filter((outcome) => outcome.startsWith('killed')).length;
  console.log(`${killed} of ${outcomes.length} faults were noticed, in ${((Date.now() - started) / 60_000).toFixed(1)} minutes`);
  return killed === outcomes.length ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
