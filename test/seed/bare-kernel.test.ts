import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ladder, seedBytes, STEP1, STEP2 } from './ladder.js';

const kernel = process.env['LADDER_KERNEL'];
const qemu = spawnSync('qemu-system-x86_64', ['--version']).status === 0;
if (!kernel || !qemu) console.log('skipped: the seed as first process needs QEMU, and the path of a kernel in LADDER_KERNEL');

const PROGRAM = 'int main(int argc, char **argv) { return 0; }\n';
const CONSOLE = { mode: 0o020600, major: 5, minor: 1 };

/** A file system for the kernel to start with: "newc" of cpio(5), with the console and nothing that is not asked for. */
function initramfs(files: Readonly<Record<string, Buffer>>): Buffer {
  const hex = (n: number): string => n.toString(16).padStart(8, '0');
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  const entry = (name: string, mode: number, content: Buffer, major = 0, minor = 0): Buffer => {
    const fields = [0, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length + 1, 0];
    return Buffer.concat([padded(Buffer.from(`070701${fields.map(hex).join('')}${name}\0`)), padded(content)]);
  };
  const empty = Buffer.alloc(0);
  return Buffer.concat([
    entry('dev', 0o040755, empty),
    entry('dev/console', CONSOLE.mode, empty, CONSOLE.major, CONSOLE.minor),
    ...Object.entries(files).map(([name, content]) => entry(name, 0o100755, content)),
    entry('TRAILER!!!', 0, empty),
  ]);
}

/** As first-process.t computes it. */
const checksum = (bytes: Buffer): number => bytes.reduce((sum, byte) => (sum * 31 + byte) % 1_000_000_007, bytes.length);

let ladder: Ladder;
beforeAll(() => {
  ladder = new Ladder();
});
afterAll(() => ladder.close());

describe.skipIf(!kernel || !qemu)('the seed as the first process of a machine', () => {
  it('compiles step 2 and a program, with nothing but the kernel, and they are the same as here', () => {
    ladder.mustRun(ladder.makeStep2(), ladder.write('p.c', PROGRAM), 'p');
    const files = {
      seed: seedBytes(),
      'step1.hex': readFileSync(STEP1),
      'step2.t': readFileSync(STEP2),
      'first.t': readFileSync(fileURLToPath(new URL('first-process.t', import.meta.url))),
      'p.c': Buffer.from(PROGRAM),
      script: Buffer.from('/seed /step1.hex /step2.t /step2\n/step2 /p.c /p\n'),
    };
    writeFileSync(ladder.path('initramfs'), initramfs(files));
    const machine = ['-m', '128', '-nographic', '-no-reboot', '-kernel', kernel!, '-initrd', ladder.path('initramfs')];
    const line = 'console=ttyS0 quiet panic=-1 rdinit=/seed -- /step1.hex /first.t /first /script';
    const { stdout } = spawnSync('qemu-system-x86_64', [...machine, '-append', line], { encoding: 'latin1', timeout: 300_000 });
    expect(stdout).toContain(`/step2 ${checksum(readFileSync(ladder.path('step2')))}\r\n`);
    expect(stdout).toContain(`/p ${checksum(readFileSync(ladder.path('p')))}\r\n`);
    expect(stdout).toContain('all lines were run');
  });
});
