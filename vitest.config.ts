import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './test/support/skipped-reporter.js';

const zilch = fileURLToPath(new URL('src/recipe/index.ts', import.meta.url));

/**
 * `unit` stands beside the code; `e2e` drives the program as its users do, and runs one file at a time: each builds on all
 * cores.
 */
export default defineConfig({
  resolve: { alias: { zilch } },
  test: {
    // A failing property prints its seed; a passing run needs no more than its names.
    reporters: ['default', new SkippedReporter()],
    projects: [
      // Long enough for a machine that is busy with other things; a test that hangs still ends.
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts', 'bootstrap/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false },
      },
    ],
  },
});
