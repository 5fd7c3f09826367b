/** A CD or a disk of ours in a machine, used by typing on its serial line. For test/machine/live-cd.ts. */
import { hasKvm, startMachine, type Machine, type MachineSpec } from '../../src/machine/index.js';
import { unwrap } from '../../src/result.js';

// Where the machine has it but no guest starts by it: ZILCH_BOOT_KVM=no.
const kvm = process.env['ZILCH_BOOT_KVM'] !== 'no' && hasKvm();
/** Seconds of a processor's time. */
export const PATIENCE = kvm ? 60 : 300;

export interface Start extends Omit<MachineSpec, 'kvm' | 'memory'> {
  readonly memory?: number;
  /** Added to the kernel's command line, in the menu. */
  readonly words?: string;
}

/** Starts a machine, waits until it is ready, uses it, and ends it if it still runs. Prints how long it took to be ready. */
export async function run(what: string, { words, ...spec }: Start, use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = unwrap(startMachine({ memory: 768, patient: true, ...spec, kvm }));
  try {
    unwrap(await machine.waitFor('the first one starts in', PATIENCE));
    if (words === undefined) {
      machine.type('1');
    } else {
      machine.type('e');
      machine.type(`${words}\r`);
    }
    unwrap(await machine.waitFor(/zilch: ready/, PATIENCE));
    console.log(`${what}: ready after ${machine.age().toFixed(1)} s`);
    unwrap(await machine.waitFor('zilch@zilch', PATIENCE));
    await use(machine);
  } finally {
    await machine.kill();
  }
}

/** Runs a command in the guest's shell and returns what it printed. Throws if it fails. */
export async function does(machine: Machine, command: string, seconds = PATIENCE): Promise<string> {
  // The echo of what is typed must not be taken for the answer.
  machine.type(`${command}; echo "<$?"">"\r`);
  const said = unwrap(await machine.waitFor(/<\d+>/, seconds));
  if (!said.endsWith('<0>')) throw new Error(`${command}: ${said}`);
  return said;
}

export async function becomeRoot(machine: Machine): Promise<void> {
  machine.type('su -\r');
  unwrap(await machine.waitFor('root@', PATIENCE));
}

/** Root switches the machine off. */
export async function powerOff(machine: Machine): Promise<void> {
  machine.type('poweroff\r');
  unwrap(await machine.off(PATIENCE));
}

export async function off(machine: Machine): Promise<void> {
  await becomeRoot(machine);
  await powerOff(machine);
}
