import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ChildrenCpu, processState, Sampler } from './usage.js';

describe('what a process does', () => {
  it('is read whatever its program is called', () => {
    const rest = `1 ${'0 '.repeat(19)}250 18446744073709551615 0`;
    expect(processState(`7 (cc1plus) R ${rest}\n`)).toEqual({ program: 'cc1plus', runs: true, residentBytes: 250 * 4096 });
    expect(processState(`7 (a) R (b) S ${rest}\n`)).toEqual({ program: 'a) R (b', runs: false, residentBytes: 250 * 4096 });
  });

  it('is what ps says of this one', () => {
    const { program, residentBytes } = processState(readFileSync('/proc/self/stat', 'latin1'));
    expect(program).toBe(execFileSync('ps', ['-o', 'comm=', String(process.pid)], { encoding: 'utf8' }).trim());
    expect(residentBytes).toBeGreaterThan(10 * 2 ** 20);
  });
});

describe('the CPU time of children', () => {
  it('leaves out what others took before', () => {
    const cpu = new ChildrenCpu();
    execFileSync('awk', ['BEGIN { for (i = 0; i < 2e7; i++) ; }']);
    cpu.started();
    expect(cpu.ended()).toBeLessThan(0.1);
    cpu.started();
    execFileSync('awk', ['BEGIN { for (i = 0; i < 2e7; i++) ; }']);
    expect(cpu.ended()).toBeGreaterThan(0.1);
  });
});

describe('the sampler', () => {
  it('finds the program that spins, and not the one that sleeps', { timeout: 20_000 }, async () => {
    // Use a separate namespace, as a sandbox does; otherwise all processes of the machine would be counted.
    const shell = spawn('unshare', [
      '--pid',
      '--fork',
      '--kill-child',
      '--map-root-user',
      'sh',
      '-c',
      'echo; sleep 8 & exec awk "BEGIN { for (;;) ; }"',
    ]);
    try {
      await once(shell.stdout, 'data');
      const [builder] = readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, 'utf8').split(' ');
      const sampler = new Sampler();
      sampler.start(readlinkSync(`/proc/${builder}/ns/pid`));
      await setTimeout(2500);
      sampler.stop();
      const found = [...sampler.running.keys()];
      expect(found.some((program) => /awk/.test(program))).toBe(true);
      expect(found).not.toContain('sleep');
      expect(sampler.peakBytes).toBeGreaterThan(2 ** 18);
    } finally {
      process.kill(shell.pid!, 'SIGKILL');
    }
  });
});
