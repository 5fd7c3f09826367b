import { test } from 'vitest';
import { Rig } from './rig.js';
test('bench', async () => {
  const rig = await Rig.make();
  const many = Array.from({ length: 200 }, (_, i) => rig.script(`t${i}`, `echo ${i} > $out`));
  const t0 = performance.now();
  const r = await rig.build(many);
  const t1 = performance.now();
  console.log('build 200', t1 - t0, r.result.ok && r.result.value.summary, r.result.ok && [...r.result.value.failures.values()][0]);
  for (let i = 0; i < 3; i++) { const t2 = performance.now(); await rig.build(many); console.log('noop', performance.now() - t2); }
}, 60000);
