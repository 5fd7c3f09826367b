/**
 * The kernel's users for builders when root builds. Inside the sandbox every builder is uid 1000. Outside it must not
 * be root, who may write to half of /proc, nor the same as another builder, which it could kill or trace. So each
 * running build has a uid and a gid that nothing else on the machine has, as with Nix's `auto-allocate-uids`. A lock in
 * /run, which all stores of the machine share, marks one as taken.
 */
import { ftruncateSync, fstatSync, mkdirSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../result.js';
import { attempt, tryLock, type FileLock } from '../store/index.js';
import { kill, textOf } from './processes.js';

/** Right after Nix's ids for the same purpose, in the range that systemd keeps free of users. */
const FIRST_ID = 880_803_840;
/** The number of builds that can run at once, on all stores of a machine together. */
const COUNT = 512;
/** With ids of 16 bits, 65534 is nobody and 65535 is reserved. */
const RESERVED_AT_END = 2;

const LOCKS_DIR = '/run/zilch/build-users';

/** How long killed processes may take to end, in milliseconds. */
const LONGEST_DYING = 5000;

/** Ids that only one build has. */
export interface BuildUser {
  readonly uid: number;
  readonly gid: number;
  /** Call when no process has these ids any more. */
  readonly release: () => void;
}

/** A range of ids that this process may give to builds. */
interface Extent {
  readonly first: number;
  readonly count: number;
}

/** Whether builds must have users of their own: as real root, and as root of a container with other users. */
export function needsBuildUsers(): boolean {
  return process.geteuid?.() === 0 && firstId() !== undefined;
}

/**
 * Takes ids that no other build has; `undefined` for builds that run as their caller. Fails with `E_SANDBOX` if all are
 * taken.
 */
export async function takeBuildUser(): Promise<Result<BuildUser | undefined>> {
  const first = needsBuildUsers() ? firstId() : undefined;
  if (first === undefined) return ok(undefined);
  const made = attempt('make', LOCKS_DIR, () => {
    mkdirSync(LOCKS_DIR, { recursive: true, mode: 0o700 });
  });
  if (!made.ok) return made;
  for (let id = first; id < first + COUNT; id++) {
    const lock = attempt('lock', lockFile(id), () => tryLock(lockFile(id), 'exclusive'));
    if (!lock.ok) return lock;
    if (lock.value === undefined) continue;
    if (await isClean(id, lock.value)) return ok(userOf(id, lock.value));
    lock.value.release();
  }
  return fail('E_SANDBOX', `all ${COUNT} users for builds are taken`, `see who holds the locks in ${LOCKS_DIR}`);
}

/** Kills what is left of builders whose zilch was killed. */
export async function killAbandonedBuilders(): Promise<void> {
  const names = attempt('list', LOCKS_DIR, () => (needsBuildUsers() ? readdirSync(LOCKS_DIR) : []));
  for (const name of names.ok ? names.value : []) {
    const lock = attempt('lock', name, () => tryLock(join(LOCKS_DIR, name), 'exclusive'));
    if (!lock.ok || lock.value === undefined) continue;
    await isClean(Number(name), lock.value);
    lock.value.release();
  }
}

function lockFile(id: number): string {
  return join(LOCKS_DIR, String(id));
}

/** While the ids are in use, the lock's file is not empty. If it is not empty and not locked, their user was killed. */
function userOf(id: number, lock: FileLock): BuildUser {
  writeSync(lock.fd, 'taken', 0);
  return {
    uid: id,
    gid: id,
    release: () => {
      ftruncateSync(lock.fd, 0);
      lock.release();
    },
  };
}

/** Kills all processes with these ids; false if it cannot. */
async function isClean(id: number, lock: FileLock): Promise<boolean> {
  if (fstatSync(lock.fd).size === 0) return true;
  for (const end = Date.now() + LONGEST_DYING; Date.now() < end;) {
    const left = processesOf(id);
    if (left.length === 0) {
      ftruncateSync(lock.fd, 0);
      return true;
    }
    for (const pid of left) kill(pid);
    await sleep(20);
  }
  return false;
}

/** Does not use the owner of /proc/PID, which is root for processes that are not dumpable. */
function processesOf(uid: number): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const ids = /^Uid:\s(.*)$/m.exec(textOf(`/proc/${pid}/status`))?.[1]?.split('\t') ?? [];
    return ids.includes(String(uid)) ? [Number(pid)] : [];
  });
}

/** The first of the ids for builds, for both users and groups; `undefined` if this process has none. */
function firstId(): number | undefined {
  return firstIdIn([readIdMap('uid_map'), readIdMap('gid_map')]);
}

/**
 * Like `firstId`, from the contents of /proc/self/uid_map and gid_map. In a container with few ids, the last ones are
 * used. Source: user_namespaces(7).
 */
export function firstIdIn(maps: readonly (readonly Extent[])[]): number | undefined {
  const fits = (first: number): boolean =>
    maps.every((map) => map.some((extent) => extent.first <= first && first + COUNT <= extent.first + extent.count));
  const last = maps.flatMap((map) => map.map(({ first, count }) => first + count - RESERVED_AT_END - COUNT)).sort((a, b) => b - a);
  return [FIRST_ID, ...last].find((first) => first > 0 && fits(first));
}

function readIdMap(name: 'uid_map' | 'gid_map'): Extent[] {
  return parseIdMap(readFileSync(`/proc/self/${name}`, 'utf8'));
}

/**
 * Reads the kernel's map of a user namespace's ids, with one range a line: first id inside, first id outside, count.
 */
export function parseIdMap(text: string): Extent[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return { first, count };
  });
}
