import { test, expect } from 'vitest';
import { mkdtempSync, mkdirSync, copyFileSync, symlinkSync } from 'node:fs';
import { Store } from '../../src/store/index.js';
import { buildGraph } from '../../src/build/index.js';
import { unwrap } from '../../src/result.js';
import { derivationPath, outputPlaceholder, downstreamPlaceholder, type Derivation } from '../../src/formats/index.js';
test('first', async () => {
  const root = mkdtempSync('/tmp/zb-');
  const store = unwrap(Store.open(root, { create: true } as never));
  const dir = mkdtempSync('/tmp/bb-'); mkdirSync(dir + '/bin'); copyFileSync('/bin/busybox', dir + '/bin/busybox'); for (const a of ['ash', 'cat', 'id', 'touch', 'chmod', 'ls']) symlinkSync('busybox', dir + '/bin/' + a);
  const bb = unwrap(await store.addTree('busybox', dir));
  const drv: Derivation = { name: 'hello', outputs: new Map([['out', { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]]), inputDrvs: new Map(), inputSrcs: [bb], platform: 'x86_64-linux', builder: bb + '/bin/ash', args: ['-euc', 'echo "@nix {\\"action\\":\\"setPhase\\",\\"phase\\":\\"x\\"}" >&2; echo hello; echo $out > $out; id'], env: new Map([['out', outputPlaceholder('out')], ['PATH', bb + '/bin']]) };
  const p = derivationPath(drv);
  const drv2: Derivation = { ...drv, name: 'two', inputDrvs: new Map([[p, ['out']]]), env: new Map([...drv.env, ['x', downstreamPlaceholder(p, 'out')]]), args: ['-euc', 'cat $x > $out || echo $x > $out; touch /tmp/x; chmod 4755 /tmp/x || true; echo $x >> $out'] };
  const r = await buildGraph({ store, closure: new Map([[p, drv], [derivationPath(drv2), drv2]]), wanted: [{ drvPath: derivationPath(drv2), outputs: ['out'] }], emit: (e) => console.log(JSON.stringify(e)) });
  console.log(r, r.ok && [...r.value.outputs.values()]);
  console.log(root);
  expect(r.ok).toBe(true);
});
