/**
 * What no sandbox can change: the kit is built on virtual machines whose processors, clocks and memory differ, and must give the pinned
 * outputs on each. `MACHINES_TARGET=stage1 npx vitest run --project e2e test/evidence/machines.test.ts` goes further.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKit } from '../../src/kit/index.js';
import { writeInitialFiles } from '../../src/machine/index.js';
import { unwrap } from '../../src/result.js';
import { removeTree } from '../../src/store/index.js';
import { CHECKOUT, CliRig } from '../cli/rig.js';
import { fetchKernel, whyNoMachine } from '../seed/machine.js';

const noMachine = whyNoMachine();
if (noMachine !== undefined) console.log(`skipped: ${noMachine}`);

const TARGET = process.env['MACHINES_TARGET'] ?? 'seed-unpack';
/** Where KVM is missing, the processor is emulated, which takes much longer. */
const ACCELERATED = ['-accel', 'kvm', '-accel', 'tcg'];

interface Machine {
  readonly name: string;
  readonly megabytes: number;
  readonly qemu: readonly string[];
  /** What the kernel says of this machine. Each has two forms, because a serial line may lose a character while the kernel starts. */
  readonly seen: readonly RegExp[];
}

const MACHINES: readonly Machine[] = [
  {
    name: 'an Intel of 2008 in 1971, with 1 GiB',
    megabytes: 1024,
    qemu: [...ACCELERATED, '-cpu', 'Nehalem,vendor=GenuineIntel', '-rtc', 'base=1971-01-01T00:00:00'],
    seen: [/i7 9xx|Nehalem Class/, /to 1971-|\(315\d{5}\)/],
  },
  {
    name: 'an AMD of 2006 in 2039, with 2 GiB',
    megabytes: 2048,
    qemu: [...ACCELERATED, '-cpu', 'Opteron_G2,vendor=AuthenticAMD', '-rtc', 'base=2039-01-01T00:00:00'],
    seen: [/Opteron 22xx|Gen 2 Class/, /to 2039-|\(2177\d{6}\)/],
  },
  {
    name: 'a processor that has nothing but what x86-64 asks for, with 3 GiB',
    megabytes: 3072,
    qemu: [...ACCELERATED, '-cpu', 'qemu64'],
    seen: [/QEMU Virtual|CPU version 2\.5/],
  },
];

/** What a machine says on its serial line until it is off: the kernel, which says what it finds, and the kit, its first process. */
async function boot(kernel: string, folder: string, initrd: string, options: readonly string[]): Promise<string> {
  const { names, seed } = unwrap(readKit(folder));
  writeInitialFiles(initrd, { folder, names, folders: ['made'], programs: new Map([['seed', seed]]) });
  const words = 'console=ttyS0 loglevel=7 panic=-1 no_timer_check mitigations=off';
  const bare = ['-no-reboot', '-nic', 'none', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  const args = [...options, ...bare, '-kernel', kernel, '-initrd', initrd, '-append', words];
  const child = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  for await (const text of child.stdout.setEncoding('utf8')) shown += text as string;
  return shown.replaceAll('\r', '');
}

interface Pinned {
  readonly path: string;
}

describe.skipIf(noMachine !== undefined)('the chain gives the pinned outputs on', () => {
  let rig: CliRig;
  let kit: string;
  let kernel: string;
  beforeAll(async () => {
    rig = new CliRig();
    kernel = fetchKernel('bookworm', rig.directory);
    kit = join(rig.directory, 'kit');
    const exported = await rig.run(['export', 'kit', kit, TARGET]);
    expect(exported.status, exported.stderr).toBe(0);
  });
  afterAll(async () => {
    await removeTree(kit);
    await rig.close();
  });

  test.each(MACHINES.map((machine) => [machine.name, machine] as const))('%s', { timeout: 3_600_000 }, async (name, { megabytes, qemu, seen }) => {
    const began = Date.now();
    const shown = await boot(kernel, kit, join(rig.directory, 'kit.cpio'), ['-m', String(megabytes), ...qemu]);
    console.log(`${TARGET} on ${name}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
    for (const line of seen) expect(shown).toMatch(line);
    const pins = JSON.parse(readFileSync(join(CHECKOUT, 'bootstrap/pins.json'), 'utf8')) as Record<string, Pinned>;
    const outputs = readFileSync(join(kit, 'pins'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]!);
    expect(outputs.length).toBeGreaterThan(0);
    for (const output of outputs) expect(shown).toContain(`  ${output} same ${pins[output]!.path}\n`);
    expect(shown).toContain('kit: done, and off\n');
  });
});
