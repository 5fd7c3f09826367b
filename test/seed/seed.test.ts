import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ladder, LADDER, seedBytes, STEP1, STEP2 } from './ladder.js';
import { assemblerOf, readLabelledHex } from './labelled-hex.js';

const nasm = spawnSync('nasm', ['-v']).status === 0;
if (!nasm) console.log('skipped: the comments of the hexadecimal files are checked by nasm, which is not installed');

const HELLO = `#!/seed
:a 6a 01 58     # push 1; pop rax       write
89 c7           # mov edi, eax
48 8d 35 >m     # lea rsi, [m]
6a 06 5a        # push 6; pop rdx
0f 05           # syscall
e9 >#           # jmp #
:m 68 65 6c 6c
6f 0a
:# 6a 3c 58     # push 60; pop rax      exit
31 ff 0f 05     # xor edi, edi; syscall
`;

/** Leaves the seed's rooms, and exits with the first character of its first argument. */
const ARGUMENT = 'title\nc9 c9 5e 0f b6 3e 6a 3c 58 0f 05\n';

let ladder: Ladder;
beforeAll(() => {
  ladder = new Ladder();
});
afterAll(() => ladder.close());

describe('the seed', () => {
  it('has no more than 170 bytes', () => {
    expect(seedBytes().length).toBeLessThanOrEqual(170);
  });

  it('is what xxd makes of its text', () => {
    const bytes = execFileSync('sh', ['-c', `sed 's/#.*//' seed.hex | xxd -r -p`], { cwd: LADDER });
    expect(bytes.equals(seedBytes())).toBe(true);
  });

  it('says of each byte where it is', () => {
    let at = 0;
    for (const line of readFileSync(join(LADDER, 'seed.hex'), 'latin1').split('\n')) {
      const [bytes, comment] = line.split('#', 2);
      if (comment === undefined || comment === '') continue;
      expect(/; ([0-9a-f]{2})( |$)/.exec(line)?.[1], line).toBe(at.toString(16).padStart(2, '0'));
      at += bytes!.replaceAll(' ', '').length / 2;
    }
    expect(at).toBe(seedBytes().length);
  });

  it('runs a text with labels before and behind their use, a label "#" among them', () => {
    expect(ladder.run(ladder.seed, ladder.write('hello.hex', HELLO))).toEqual({ status: 0, signal: null, stdout: 'hello\n', stderr: '' });
  });

  it('leaves the arguments behind the text to the program', () => {
    expect(ladder.run(ladder.seed, ladder.write('argument.hex', ARGUMENT), 'Z').status).toBe('Z'.charCodeAt(0));
  });

  it('dies of a text that is missing, empty, or larger than its room', () => {
    const large = `title\n${'90 '.repeat(4000)}\n`;
    for (const text of ['missing', ladder.write('empty.hex', ''), ladder.write('large.hex', large)]) {
      expect(ladder.run(ladder.seed, text).signal).toMatch(/^SIG(SEGV|BUS|ILL)$/);
    }
  });
});

it('the figures in README.md are those of the files', () => {
  const readme = readFileSync(join(LADDER, 'README.md'), 'utf8');
  const lines = (name: string): number => readFileSync(name, 'latin1').split('\n').length - 1;
  const figure = (n: number): string => n.toLocaleString('en');
  expect(readme).toContain(`| ${lines(join(LADDER, 'seed.hex'))} (${seedBytes().length} bytes) |`);
  expect(readme).toContain(`| ${lines(STEP1)} (${figure(readLabelledHex(readFileSync(STEP1, 'latin1')).length)} bytes) |`);
  expect(readme).toContain(`| T | ${figure(lines(STEP2))} |`);
});

describe('step 1', () => {
  const text = readFileSync(STEP1, 'latin1');

  it('keeps to the limits of the seed', () => {
    expect(text.length).toBeLessThanOrEqual(0xff00);
    expect(readLabelledHex(text).length).toBeLessThanOrEqual(4096 - seedBytes().length);
  });
});

describe.skipIf(!nasm)('the comments, assembled,', () => {
  const assemble = (name: string): Buffer => {
    ladder.write('comments.asm', assemblerOf(readFileSync(name, 'latin1')));
    ladder.mustRun('/usr/bin/nasm', '-f', 'bin', '-o', 'comments.bin', 'comments.asm');
    return readFileSync(ladder.path('comments.bin'));
  };

  it('are the seed', () => {
    const source = assemblerOf(readFileSync(join(LADDER, 'seed.hex'), 'latin1'));
    writeFileSync(ladder.path('seed.asm'), `org 0x700000000\n${source}`);
    ladder.mustRun('/usr/bin/nasm', '-f', 'bin', '-o', 'seed.bin', 'seed.asm');
    expect(readFileSync(ladder.path('seed.bin')).toString('hex')).toBe(seedBytes().toString('hex'));
  });

  it('are step 1', () => {
    expect(assemble(STEP1).toString('hex')).toBe(readLabelledHex(readFileSync(STEP1, 'latin1')).toString('hex'));
  });
});
