/**
 * A program of the tests, and the Node.js that runs it, in a place that anybody may read: the checkout, the home directory that
 * holds it, and a Node.js that was installed there may be their owner's alone.
 */
import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { atEnd } from './store.js';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** `command` and the arguments that begin its command line. Both are gone when the test is over. */
export interface ReadableProgram {
  readonly node: string;
  readonly script: string;
}

/** Bundles `entry`, a TypeScript file of the checkout, with all that it imports. */
export async function readableProgram(entry: string): Promise<ReadableProgram> {
  // Not in $TMPDIR, which may be the caller's alone, too.
  const place = mkdtempSync('/tmp/zilch-readable-');
  atEnd(() => {
    execFileSync('rm', ['-rf', place]);
  });
  const bundled = await build({
    absWorkingDir: CHECKOUT,
    // Threads are looked for where they lie beside the compiled program.
    entryPoints: [
      { in: entry, out: 'program/main' },
      ...['file-maker-worker', 'read-ahead-worker'].map((name) => ({ in: `src/store/tree/${name}.ts`, out: `store/tree/${name}` })),
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    outdir: place,
    metafile: true,
    logLevel: 'silent',
  });
  const imported = Object.values(bundled.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  // koffi is required when first used, which the bundler does not see.
  for (const name of packagesOf([...imported, 'koffi'])) {
    cpSync(join(CHECKOUT, 'node_modules', name), join(place, 'node_modules', name), { recursive: true, dereference: true });
  }
  const node = join(place, 'node');
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  execFileSync('chmod', ['-R', 'a+rX', place]);
  return { node, script: join(place, 'program/main.js') };
}

/** The packages among `names` of modules, and all those that they need. */
function packagesOf(names: readonly string[]): Set<string> {
  const found = new Set(names.filter((name) => existsSync(join(CHECKOUT, 'node_modules', name, 'package.json'))));
  for (const name of found) {
    const file = join(CHECKOUT, 'node_modules', name, 'package.json');
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
      Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>> | undefined>
    >;
    for (const dependency of Object.keys(dependencies)) found.add(dependency);
    // One of them is for this machine.
    for (const dependency of Object.keys(optionalDependencies)) if (existsSync(join(CHECKOUT, 'node_modules', dependency))) found.add(dependency);
  }
  return found;
}
