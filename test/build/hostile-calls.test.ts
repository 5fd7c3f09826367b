/** Builders that make forbidden system calls. */
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/result.js';
import { findExtras } from '../../src/store/index.js';
import { attackIn, whyNoAttack } from './attack.js';
import { freshRig } from './fresh-rig.js';
import { whyNoBuilds } from './rig.js';

const reason = (await whyNoBuilds()) ?? whyNoAttack();
if (reason !== undefined) console.warn(`system calls of hostile builders are not tried: ${reason}`);

const OUTCOMES = {
  // Attributes and flags of files.
  setxattr: 'ENOTSUP',
  lsetxattr: 'ENOTSUP',
  fsetxattr: 'ENOTSUP',
  setxattr32: 'ENOTSUP',
  setxattrat: 'ENOSYS',
  capability: 'ENOSYS',
  file_setattr: 'ENOSYS',
  flags: 'ENOTTY',
  immutable: 'ENOTTY',
  // Calls that work past the filter, or are newer than it.
  io_uring_setup: 'ENOSYS',
  io_uring_enter: 'ENOSYS',
  io_uring_register: 'ENOSYS',
  unknown: 'ENOSYS',
  gap: 'ENOSYS',
  x32: 'ENOSYS',
  // Keyrings of the user outside.
  add_key: 'ENOSYS',
  request_key: 'ENOSYS',
  keyctl: 'ENOSYS',
  keyctl32: 'ENOSYS',
  // The machine.
  bpf: 'EPERM',
  perf: 'EPERM',
  syslog: 'EPERM',
  by_handle: 'EPERM',
  // Sockets that ignore network namespaces, and other calls that builds do not need.
  vsock: 'EAFNOSUPPORT',
  alg: 'EAFNOSUPPORT',
  packet: 'EAFNOSUPPORT',
  'vsock-pair': 'EAFNOSUPPORT',
  vsock32: 'EAFNOSUPPORT',
  socketcall32: 'ENOSYS',
  // What builders may do.
  inet: 'done',
  inet6: 'done',
  netlink: 'done',
  unix: 'done',
};

describe.skipIf(reason !== undefined)('a builder that', () => {
  test('makes calls that are not for builders is answered as by a kernel without them, and leaves nothing', async () => {
    const rig = await freshRig();
    const attack = await attackIn(rig);
    const script = `mkdir $out; : > $out/file; for what in ${Object.keys(OUTCOMES).join(' ')}; do ${attack}/bin/attack $what $out/file; done > $out/said`;
    const [path] = await rig.outputs([rig.script('calls', script, { sources: [attack] })], { buildMemory: 0 });
    const said = Object.fromEntries(
      rig
        .read(path!, 'said')
        .trim()
        .split('\n')
        .map((line) => line.split(': ')),
    ) as unknown;
    expect(said).toEqual(OUTCOMES);
    expect(unwrap(await findExtras(rig.store.hostPath(path!)))).toBeUndefined();
    expect(unwrap(await rig.store.verify({ contents: true })).defects).toEqual([]);
  });
});
