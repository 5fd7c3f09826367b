/** All benchmarks, each in a process of its own, so that none warms or wears out another: `npm run bench [NAME...]`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const NOT_BENCHMARKS = ['compiled', 'harness', 'run'];
const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => !NOT_BENCHMARKS.includes(name));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no benchmark is called ${unknown.join(', ')}; there are ${all.join(', ')}`);

const failed = (named.length > 0 ? named : all).filter((name) => {
  console.log(`== ${name}`);
  const { status } = spawnSync('npx', ['jiti', join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
