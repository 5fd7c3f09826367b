/** Random programs, compiled by the ladder's C compiler and by those of the host. LADDER_PROGRAMS says how many of each kind. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilerByHost, HEADERS, isInstalled, LIBRARY, mustRun, run, sharedFolder } from './c-compiler.js';
import { randomFloats, randomMacros } from './random-c.js';

const COUNT = Number(process.env['LADDER_PROGRAMS'] ?? 15);
const FIRST = Number(process.env['LADDER_FIRST'] ?? Date.now() % 1_000_000_000);
const TIMEOUT = 60_000 + COUNT * 20_000;

const CSMITH = '/usr/include/csmith';
const csmith = isInstalled('csmith') && existsSync(CSMITH);
const clang = isInstalled('clang');
if (!csmith) console.log('skipped: whole random programs, for csmith is not installed');
console.log(`random programs from number ${String(FIRST)}`);

describe('a random program', () => {
  const directory = sharedFolder();
  const source = join(directory, 'random.c');
  const program = join(directory, 'ours');
  let compiler: string;
  beforeAll(() => {
    compiler = compilerByHost('gcc', directory);
  });

  const numbers = Array.from({ length: COUNT }, (_, index) => FIRST + index);

  it(
    'of macros becomes the same text as with gcc, or neither takes it',
    () => {
      let equal = 0;
      for (const number of numbers.flatMap((first) => [first, first + 1_000_000_000])) {
        writeFileSync(source, randomMacros(number));
        const theirs = run('gcc', ['-w', '-o', join(directory, 'theirs'), source]);
        const ours = run(compiler, [...HEADERS, '-o', program, source, ...LIBRARY]);
        expect(ours.status === 0, `number ${String(number)}\n${theirs.stderr}${ours.stderr}`).toBe(theirs.status === 0);
        if (ours.status !== 0) continue;
        // gcc sometimes puts a space where there was none
        const [our, their] = [program, join(directory, 'theirs')].map((path) => mustRun(path).replaceAll(' ', ''));
        expect(our, `number ${String(number)}`).toBe(their);
        equal++;
      }
      expect(equal).toBeGreaterThan(COUNT / 2);
    },
    TIMEOUT,
  );

  it(
    'of floating numbers gives the same bits as the x87 code of gcc',
    () => {
      for (const number of numbers) {
        writeFileSync(source, randomFloats(number));
        mustRun('gcc', ['-w', '-mfpmath=387', '-ffloat-store', '-o', join(directory, 'theirs'), source]);
        mustRun(compiler, [...HEADERS, '-o', program, source, ...LIBRARY]);
        expect(mustRun(program), `number ${String(number)}`).toBe(mustRun(join(directory, 'theirs')));
      }
    },
    TIMEOUT,
  );

  it.skipIf(!csmith).each([
    ['integers, structures, bit-fields and pointers', []],
    ['floats, too', ['--float']],
  ])(
    'of csmith does what it does with gcc: %s',
    (_, options) => {
      let compared = 0;
      for (const number of numbers) {
        mustRun('csmith', ['--seed', String(number), '--no-packed-struct', ...options, '-o', source], directory);
        mustRun(compiler, [...HEADERS, '-I', CSMITH, '-o', program, source, ...LIBRARY]);
        const [theirs, others] = ['gcc', ...(clang ? ['clang'] : [])].map((host) => {
          mustRun(host, ['-w', '-O1', '-I', CSMITH, '-o', join(directory, host), source]);
          return run('timeout', ['5', join(directory, host)]);
        });
        // some never end, and some with floats do what C leaves undefined
        if (theirs!.status !== 0 || (others !== undefined && others.stdout !== theirs!.stdout)) continue;
        expect(run('timeout', ['60', program]), `number ${String(number)}`).toEqual(theirs);
        compared++;
      }
      expect(compared).toBeGreaterThan(COUNT / 2);
    },
    TIMEOUT,
  );
});
