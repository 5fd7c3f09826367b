/**
 * Makes what runs of the TypeScript sources, in dist/: the program and its libraries, and the explorer's page. Types are not looked at:
 * that is tsc's part. See docs/decisions/0015-the-program-is-bundled.md.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const DAY_MS = 86_400_000;

/**
 * Modules of Node.js that cost milliseconds to load, and that most commands load for nothing: their functions and classes are there at
 * once, and the module when one of them is called.
 */
const LATE = ['crypto', 'child_process', 'fs/promises', 'net', 'stream/promises', 'timers/promises', 'worker_threads', 'zlib'];
const CUSTOM = "Symbol.for('nodejs.util.promisify.custom')";
/** @type {import('esbuild').Plugin} */
const late = {
  name: 'late',
  setup: (bundle) => {
    bundle.onResolve({ filter: new RegExp(`^node:(${LATE.join('|')})$`) }, ({ path }) => ({ path, namespace: 'late', sideEffects: false }));
    bundle.onLoad({ filter: /^/, namespace: 'late' }, ({ path }) => {
      const exported = Object.entries(process.getBuiltinModule(path)).filter(([name]) => name !== 'default');
      const contents = exported.map(([name, value]) =>
        typeof value === 'function'
          ? `export function ${name}(...args) { return new.target ? new (load().${name})(...args) : load().${name}(...args); }`
          : `export const ${name} = /* @__PURE__ */ pick('${name}');`,
      );
      // What `promisify` takes in the place of a function: without it a promise of `execFile` has the output alone, and not as an object.
      for (const [name, value] of exported)
        if (typeof value === 'function' && promisify.custom in value)
          contents.push(`Object.defineProperty(${name}, ${CUSTOM}, { get: () => load().${name}[${CUSTOM}] });`);
      return { contents: [`const load = () => process.getBuiltinModule('${path}'), pick = (name) => load()[name];`, ...contents].join('\n') };
    });
  },
};

/** What is imported when it is needed is no part of a file of its own. */
/** @type {import('esbuild').Plugin} */
const apart = {
  name: 'apart',
  setup: (bundle) => {
    bundle.onResolve({ filter: /^/ }, ({ path, kind }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
  },
};

/** Packages that every command needs: as part of the bundle they take a third of the time to load. All others stay where npm puts them. */
const BUNDLED = ['commander', 'picocolors'];

process.chdir(import.meta.dirname);

// A build that runs for hours still finds what it loads last, though the checkout was bundled again meanwhile.
const chunks = 'dist/chunks';
for (const name of existsSync(chunks) ? readdirSync(chunks) : []) {
  if (statSync(join(chunks, name)).mtimeMs < Date.now() - DAY_MS) rmSync(join(chunks, name));
}
// What V8 has compiled of chunks that nobody will ask for again; it comes back by itself.
rmSync(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'code'), { recursive: true, force: true });

/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- JavaScript
   has no types to give it */
const dependencies = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies);
/* eslint-enable */

// Another program makes other derivations: it believes nothing that this one remembered of a chain.
const sources = createHash('sha256');
for (const name of ['bundle.js', 'package-lock.json', ...readdirSync('src', { recursive: true }).map((name) => join('src', name))].sort()) {
  if (name.endsWith('.test.ts') || statSync(name).isDirectory()) continue;
  const bytes = readFileSync(name);
  sources.update(`${name} ${bytes.length}\n`).update(bytes);
}

const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: [...dependencies.filter((name) => !BUNDLED.includes(name)).flatMap((name) => [name, `${name}/*`])],
  // Packages in CommonJS ask for Node.js' own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  plugins: [late],
  define: { ZILCH_PROGRAM: JSON.stringify(sources.digest('hex')) },
  metafile: true,
  sourcemap: true,
  logLevel: 'warning',
  outbase: 'src',
  outdir: 'dist',
};

const [program] = await Promise.all([
  build({
    ...forNode,
    entryPoints: [
      'src/cli/main.ts',
      'src/recipe/index.ts',
      'src/formats/index.ts',
      'src/store/index.ts',
      'src/store/tree/*-worker.ts',
      'src/exchange/index.ts',
    ],
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  }),
  // What comes first is in a file each, because each takes a quarter of a millisecond, and in CommonJS, which asks Node.js for less.
  build({
    ...forNode,
    entryPoints: ['src/cli/start.ts', 'src/cli/quick.ts'],
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    plugins: [late, apart],
    define: { ...forNode.define, 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  }),
  build({
    entryPoints: ['src/web/page/main.tsx', 'src/web/page/style.css'],
    bundle: true,
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    external: ['node:*', '@viz-js/viz'],
    logLevel: 'warning',
    outdir: 'dist/web/page',
  }),
]);

// What is published has only what this made.
const made = new Set(Object.keys(program.metafile.outputs));
for (const name of process.argv.includes('--release') ? readdirSync(chunks) : []) {
  if (!made.has(join(chunks, name))) rmSync(join(chunks, name));
}

// A chunk also imports those of which it needs nothing, for what they may do when they are loaded. None of ours does anything then.
for (const file of Object.keys(program.metafile.outputs).filter((name) => name.endsWith('.js'))) {
  const text = readFileSync(file, 'utf8');
  const lean = text.replace(/^import "\.[^"]*\/chunk-\w+\.js";$/gm, '');
  if (lean !== text) writeFileSync(file, lean);
}
