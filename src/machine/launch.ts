/** Starts QEMU, and once more without KVM where KVM does not work. */
import type { ChildProcess } from 'node:child_process';
import type { MachineSpec } from './qemu.js';

/** A QEMU that dies this soon has not run a guest. In milliseconds, and long enough for a busy host. */
const SOON = 10_000;

/** Signals by which people and programs end a machine. QEMU itself dies of others. */
const FROM_OUTSIDE: readonly (NodeJS.Signals | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

export interface Launch {
  /** Starts QEMU with this description. */
  readonly start: (spec: MachineSpec) => ChildProcess;
  /** QEMU died of KVM, as the sentence says, and now starts without. */
  readonly again: (why: string) => void;
  /** How QEMU ended, if not well: `ended with exit code 1`. */
  readonly ended: (how: string | undefined) => void;
}

/**
 * Starts a machine. Where /dev/kvm can be opened, QEMU may still be unable to run a guest with it, for example in a
 * virtual machine whose processor lacks a register. QEMU then dies before the guest has done anything.
 */
export function launch(spec: MachineSpec, { start, again, ended }: Launch): void {
  const born = Date.now();
  const child = start(spec);
  let failure: string | undefined;
  child.on('error', (error) => (failure = `cannot be run: ${error.message}`));
  child.on('close', (code, signal) => {
    const how = failure ?? howItEnded(code, signal);
    const seconds = (Date.now() - born) / 1000;
    const ofKvm = spec.kvm && failure === undefined && seconds * 1000 < SOON && !FROM_OUTSIDE.includes(signal);
    if (how === undefined || !ofKvm) {
      ended(how);
      return;
    }
    again(`QEMU with KVM ${how} after ${seconds.toFixed(1)} s; it starts again without KVM, some ten times as slow (--no-kvm does so at once)`);
    launch({ ...spec, kvm: false }, { start, again, ended });
  });
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `was ended by ${signal}`;
  return code === 0 ? undefined : `ended with exit code ${String(code)}`;
}
