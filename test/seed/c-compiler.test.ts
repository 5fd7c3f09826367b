/** The ladder's C compiler: the same program whoever compiles it, and one that gcc and clang agree with. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempDirectory } from '../support/store.js';
import {
  compilerByHost,
  compilerByItself,
  compilerByLadder,
  HEADERS,
  isInstalled,
  LIBRARY,
  mustRun,
  PARTS,
  PROGRAMS,
  run,
  sharedFolder,
} from './c-compiler.js';

const clang = isInstalled('clang');
if (!clang) console.log('skipped: what clang has to say, which is not installed');

describe('the compiler', () => {
  it('is the same program by gcc, by clang, by itself and by the steps before it', () => {
    const directory = tempDirectory();
    const gcc = compilerByHost('gcc', directory);
    const itself = compilerByItself(gcc, directory, 'cc-1');
    const compilers = [gcc, itself, compilerByItself(itself, directory, 'cc-2')];
    if (clang) compilers.push(compilerByHost('clang', directory));
    const ladder = compilerByLadder(directory);
    if (ladder === undefined) console.log('skipped: the steps before it, which are not there');
    else compilers.push(ladder);
    const inputs: readonly (readonly string[])[] = [
      [...HEADERS, join(PROGRAMS, 'language.c'), ...LIBRARY],
      [...HEADERS, '-D', 'UNUSED=1', join(PROGRAMS, 'macros.c'), ...LIBRARY],
      ['-funsigned-char', join(directory, 'cc.c'), join(directory, 'syscall.c')],
    ];
    for (const input of inputs) {
      const outputs = compilers.map((compiler) => {
        const output = join(directory, `of-${basename(compiler)}`);
        mustRun(compiler, [...input, '-o', output]);
        return readFileSync(output);
      });
      for (const output of outputs) expect(output.equals(outputs[0]!)).toBe(true);
    }
  });

  it('does nothing that C leaves undefined, as far as a checker sees, on its own text and on test programs', () => {
    const directory = tempDirectory();
    const checked = compilerByHost('gcc', directory, '-fsanitize=undefined', '-fno-sanitize-recover=undefined');
    compilerByItself(checked, directory, 'cc-1');
    for (const program of ['language.c', 'macros.c'])
      mustRun(checked, [...HEADERS, '-o', join(directory, 'program'), join(PROGRAMS, program), ...LIBRARY]);
  });

  it('is written in files of at most 450 lines', () => {
    for (const part of PARTS) expect(readFileSync(part, 'latin1').split('\n').length, part).toBeLessThanOrEqual(450);
  });
});

describe('what it compiles', () => {
  const directory = sharedFolder();
  let compiler: string;
  beforeAll(() => {
    compiler = compilerByHost('gcc', directory);
  });

  /** What a program in C prints, with arguments for the compiler. */
  const outputOf = (source: string, ...options: readonly string[]): string => {
    const output = join(directory, 'program');
    mustRun(compiler, [...HEADERS, ...options, '-o', output, source, ...LIBRARY]);
    return mustRun(output);
  };
  const write = (name: string, source: string): string => {
    writeFileSync(join(directory, name), source);
    return join(directory, name);
  };

  it.each(['language.c', 'macros.c'])('prints what gcc and clang make of %s', (program) => {
    const ours = outputOf(join(PROGRAMS, program)).split('\n');
    expect(ours.length).toBeGreaterThan(40);
    for (const host of clang ? ['gcc', 'clang'] : ['gcc']) {
      mustRun(host, ['-w', '-o', join(directory, host), join(PROGRAMS, program)]);
      expect(ours, host).toEqual(mustRun(join(directory, host)).split('\n'));
    }
  });

  it('joins units: what is static in one is unknown in the others, and variables without initialiser are one', () => {
    const first = write('first.c', 'static int hidden = 1; int shared; int other(void); int main(void) { shared = 40; return other() + hidden; }');
    const second = write('second.c', 'static int hidden = 2; int shared; inline int twice(int n) { return n; } int other(void) { return shared + twice(hidden - 1); }');
    const output = join(directory, 'program');
    mustRun(compiler, ['-o', output, first, second]);
    expect(run(output).status).toBe(42);
  });

  it('looks for included files beside the including one, then in the folders given, and takes macros from the command line', () => {
    const source = write('main.c', '#include "a.h"\n#include <b.h>\nint main(void) { return A + B + C - D; }');
    write('a.h', '#define A 1\n');
    const folder = tempDirectory();
    writeFileSync(join(folder, 'a.h'), '#define A 100\n');
    writeFileSync(join(folder, 'b.h'), '#include "c.h"\n#define B 20\n');
    writeFileSync(join(folder, 'c.h'), '#define C 300\n');
    const output = join(directory, 'program');
    mustRun(compiler, ['-I', folder, '-D', 'D=299', '-DE', '-o', output, source]);
    expect(run(output).status).toBe(22);
  });

  it('starts in __libc_start if there is one, with arguments and environment', () => {
    const source = write(
      'start.c',
      'int main(void) { return 1; } void __libc_start(int argc, char **argv, char **envp) { __syscall(1, 1, (long)argv[1], 3, 0, 0, 0); __syscall(231, argc + (envp == argv + argc + 1), 0, 0, 0, 0, 0); }',
    );
    const output = join(directory, 'program');
    mustRun(compiler, ['-o', output, source]);
    expect(run(output, ['abc'])).toEqual({ status: 3, stdout: 'abc', stderr: '' });
  });

  it('can call foreign functions by pointer, with up to six integers', () => {
    // mov rax, rdi; sub rax, rsi; imul rax, rdx; add rax, rcx; sub rax, r8; add rax, r9; ret
    const code = '48 89 f8 48 29 f0 48 0f af c2 48 01 c8 4c 29 c0 4c 01 c8 c3';
    const source = write(
      'foreign.c',
      `#include <stdio.h>
unsigned char code[] = { ${code.replaceAll(/(\w\w) ?/g, '0x$1,')} };
int main(void) {
  long (*f)(int, long, char, short, unsigned, long) = (void *)__syscall(9, 0, 4096, 7, 34, -1, 0);
  for (int i = 0; i < sizeof code; i++) ((unsigned char *)f)[i] = code[i];
  printf("%ld\\n", f(-5, 1000000000000, -3, 400, 70, 6));
  return 0;
}`,
    );
    expect(outputOf(source)).toBe('3000000000351\n');
  });

  it('keeps the stack aligned to 16 bytes at each call', () => {
    const source = write(
      'aligned.c',
      `#include <stdio.h>
static long misaligned;
static int check(int n) { long double here; misaligned |= (long)&here & 15; return n; }
static int three(int a, int b, int c) { return check(a) + b + c; }
int main(void) { int n = check(1) + three(check(1), three(1, check(2), 3), 4) * check(check(2)); printf("%d %ld\\n", n, misaligned); return 0; }`,
    );
    expect(outputOf(source)).toBe('23 0\n');
  });
});
