/**
 * Makes what runs of the TypeScript sources, in dist/: the program and its libraries, and the explorer's page. Types are not looked at:
 * that is tsc's part. See docs/decisions/0015-the-program-is-bundled.md.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const DAY_MS = 86_400_000;

process.chdir(import.meta.dirname);

// A build that runs for hours still finds what it loads last, though the checkout was bundled again meanwhile.
const chunks = 'dist/chunks';
for (const name of existsSync(chunks) ? readdirSync(chunks) : []) {
  if (statSync(join(chunks, name)).mtimeMs < Date.now() - DAY_MS) rmSync(join(chunks, name));
}
// What V8 has compiled of chunks that nobody will ask for again; it comes back by itself.
rmSync(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'code'), { recursive: true, force: true });

await Promise.all([
  build({
    entryPoints: [
      'src/cli/start.ts',
      'src/cli/main.ts',
      'src/recipe/index.ts',
      'src/formats/index.ts',
      'src/store/index.ts',
      'src/store/tree/*-worker.ts',
      'src/exchange/index.ts',
    ],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    outbase: 'src',
    chunkNames: 'chunks/[name]-[hash]',
    outdir: 'dist',
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
