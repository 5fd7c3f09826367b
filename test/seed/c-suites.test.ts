/**
 * What others test C compilers with: TinyCC's own tests, and GCC's torture tests (LADDER_TORTURE=1; 84 MB to fetch). Each
 * program either does what it should, or is refused with a message that tells of something that is not claimed.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gcc10, tinycc } from '../../bootstrap/sources.js';
import { sourcePath } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { fetchSources } from '../../src/sources/index.js';
import { Store } from '../../src/store/index.js';
import { compilerByHost, HEADERS, LIBRARY, mustRun, PROGRAMS, run, sharedFolder, type Ran } from './c-compiler.js';

const torture = process.env['LADDER_TORTURE'] === '1';
if (!torture) console.log("GCC's torture tests are run with LADDER_TORTURE=1");

/** The compiler's messages for features that it does not claim. */
const NOT_CLAIMED: readonly (readonly [why: string, message: RegExp])[] = [
  ['assembly', /not supported: asm$/],
  [
    'C from before 1999: functions without a type, or with parameters declared behind',
    /expected a type$|old-style definitions|this declaration has two types$/,
  ],
  [
    'functions that are not declared, and what GCC and libraries have more of',
    /this name is not declared: '|no such file to include: '|no unit defines '/,
  ],
  ['arrays of a size that is computed', /expected a constant expression$/],
  ['attributes that change a meaning', /not supported: attribute '|attributes of single members|an aligned (typedef|function) is not supported$/],
  ['functions within functions', /a function within a function is not supported$/],
  ['labels as values, statements as values', /expected an expression, found '(&&|\{)'$/],
  ['case ranges, ?: without a middle', /expected ':', found '\.\.\.'|expected an expression, found ':'$/],
  ['directives for pragmas that change a meaning', /not supported: #pragma/],
  ['wide characters, 128 bits, complex numbers', /expected .*, found '(L|u128|i|_Complex|p)'$|this number is malformed$/],
  [
    'initialisers of a kind that TinyCC has no need of',
    /nested designators|compound literal outside|string is too long|too many initialisers|designators .* in ascending order/,
  ],
  ['identifiers beyond ASCII, \\u', /expected a name$|this escape sequence is unknown$/],
  ['qualifiers within the brackets of a parameter', /expected an expression, found '\]'$/],
  ['conversions to unions, arrays as values', /this conversion is impossible$|expected a variable on the left$|expected an array$/],
];

/** Programs with other results, and why these are right. */
const DIFFERENT: Readonly<Record<string, string>> = {
  // TinyCC
  '93_integer_promotion': 'takes a bit-field of 35 unsigned bits for signed; gcc and clang do not either',
  '70_floating_point_literals': 'prints binary floating constants, which only TinyCC has, behind #ifdef __TINYC__',
  '101_cleanup': 'has macros that become more than fits into the memory set aside',
  '112_backtrace': 'tests options of TinyCC',
  '60_errors_and_warnings': 'tests messages of TinyCC',
  '96_nodata_wanted': 'tests messages of TinyCC',
  // GCC
  '20021127-1': 'wants llabs to be built in',
  '20031003-1': 'converts a float that the integer does not hold, which C leaves undefined',
  'bitfld-3': 'wants bit-fields beyond int to be computed in their own width',
  'pr32244-1': 'wants bit-fields beyond int to be computed in their own width',
  pr34971: 'wants bit-fields beyond int to be computed in their own width',
  '20010206-1': 'has the directive #line',
  '20050502-2': 'declares memcmp otherwise than our header for the tests',
  '921007-1': 'defines strcmp, as does our library for the tests',
  '970214-1': 'has a wide character',
  '970214-2': 'has a wide character',
  'widechar-1': 'has a wide character',
  '991014-1': 'has an array of more than a terabyte',
  'va-arg-trap-1': 'takes a float from variable arguments, which GCC makes a trap',
  'eeprof-1': 'wants the option -finstrument-functions',
};

/** TinyCC's makefile compares with diff -b. */
const withoutBlanks = (text: string): string =>
  text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n/g, '\n')
    .trimEnd();

const reasonOf = (message: string): string | undefined => NOT_CLAIMED.find(([, pattern]) => pattern.test(message.trim()))?.[0];

describe('programs of others', () => {
  const directory = sharedFolder();
  let compiler: string;
  let store: Store;
  beforeAll(() => {
    compiler = compilerByHost('gcc', directory);
    store = unwrap(Store.open(join(directory, 'store'), { create: true }));
    return () => {
      store.close();
    };
  });

  const tarball = async (source: typeof tinycc): Promise<string> => {
    unwrap(await fetchSources([source], { store }));
    return store.hostPath(sourcePath(source));
  };

  const filesLike = (pattern: RegExp): readonly string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((file) => pattern.test(file))
      .sort()
      .map((file) => join(directory, file));

  /** Compiles and runs programs, and gives how many did as they should; `judge` says what is wrong with one, if anything. */
  const tryAll = (programs: readonly string[], options: readonly string[], judge: (name: string, ran: Ran) => string | undefined): number => {
    const wrong: string[] = [];
    const reasons = new Map<string, number>();
    let passed = 0;
    for (const source of programs) {
      const name = basename(source, '.c');
      const program = join(directory, 'program');
      const compiled = run(compiler, [...options, ...HEADERS, '-o', program, source, ...LIBRARY]);
      if (compiled.status !== 0) {
        const reason = compiled.status === 1 ? reasonOf(compiled.stderr) : undefined;
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        else if (!(name in DIFFERENT)) wrong.push(`${name}: status ${String(compiled.status)}, ${compiled.stderr.trim()}`);
        continue;
      }
      const problem = judge(name, run('timeout', ['60', program, ...(name === '31_args' ? ['arg1', 'arg2', 'arg3', 'arg4', 'arg5'] : [])]));
      if (problem === undefined) passed++;
      else if (!(name in DIFFERENT)) wrong.push(`${name}: ${problem}`);
    }
    console.log(`${String(passed)} of ${String(programs.length)} passed; not claimed:`, Object.fromEntries(reasons));
    expect(wrong).toEqual([]);
    return passed;
  };

  it("does with TinyCC's own tests what they expect", async () => {
    mustRun('tar', ['xjf', await tarball(tinycc), '-C', directory, '--wildcards', '*tests/tests2/*']);
    const programs = filesLike(/tests2\/[^/]*\.c$/);
    expect(programs.length).toBeGreaterThan(100);
    const passed = tryAll(programs, [], (name, ran) => {
      const expected = readFileSync(programs.find((program) => basename(program, '.c') === name)!.replace(/\.c$/, '.expect'), 'latin1');
      return withoutBlanks(ran.stdout) === withoutBlanks(expected) ? undefined : `printed ${JSON.stringify(ran.stdout.slice(-200))}`;
    });
    expect(passed).toBeGreaterThanOrEqual(65);
  });

  // Not a test that is skipped: one that is asked for.
  if (torture)
    it("passes GCC's torture tests", async () => {
      const inner = 'gcc-10-10.2.0/gcc-10.2.0-dfsg.tar.xz';
      mustRun('sh', ['-c', `tar -xJOf ${await tarball(gcc10)} ${inner} | tar -xJ -C ${directory} --wildcards '*/gcc.c-torture/execute/*'`]);
      const folder = join(directory, 'torture');
      mkdirSync(folder);
      const programs = filesLike(/gcc\.c-torture\/execute\/(ieee\/)?[^/]*\.c$/).map((source) => {
        // some leave out the type of main
        const text = readFileSync(source, 'latin1').replace(/(^|[;}/>)"\w]\s*\n)(?<!int\n)(?<!void\n)main *\(/, '$1int main (');
        const copy = join(folder, basename(source));
        writeFileSync(copy, `#include "torture.h"\n${text}`, 'latin1');
        return copy;
      });
      expect(programs.length).toBeGreaterThan(1500);
      expect(
        tryAll(programs, ['-I', PROGRAMS, '-I', folder], (_, ran) => (ran.status === 0 ? undefined : `status ${String(ran.status)}`)),
      ).toBeGreaterThan(1000);
    }, 1_800_000);
});
