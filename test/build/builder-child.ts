/**
 * A separate zilch process for tests to kill: `builder-child.ts <root>` builds `longGraph`, or the given script, and
 * prints events.
 */
import { writeSync } from 'node:fs';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { attackIn } from './attack.js';
import { longGraph } from './long-graph.js';
import { Rig } from './rig.js';

const store = unwrap(Store.open(process.argv[2]!, { create: true }));
const rig = await Rig.in(store);
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
const script = process.argv[3];
const attack = script === undefined ? undefined : await attackIn(rig);
const target = attack === undefined ? longGraph(rig) : rig.script('given', `PATH=$PATH:${attack}/bin; ${script}`, { sources: [attack] });
const { result } = await rig.build([target], { signal: stop.signal }, undefined, (event) => {
  if (event.type === 'build-log') writeSync(1, `build-log ${event.line}\n`);
  if (event.type === 'build-start' || event.type === 'build-done' || event.type === 'build-reused') writeSync(1, `${event.type} ${event.name}\n`);
});
writeSync(1, `${JSON.stringify(result.ok ? result.value.summary : result.failure)}\n`);
store.close();
process.exit(result.ok && result.value.summary.failed + result.value.summary.skipped === 0 ? 0 : 1);
