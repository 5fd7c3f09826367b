import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './test/support/skipped-reporter.js';

const zilch = fileURLToPath(new URL('src/recipe/index.ts', import.meta.url));

/** Tests that measure time, fill memory or disk, or count what runs on the machine. */
const ALONE = ['build', 'cluster', 'power-cut', 'torture']
  .map((folder) => `test/${folder}/**/*.test.ts`)
  .concat(
    ['evidence/leaks', 'exchange/hostile-cache', 'exchange/odd-cache', 'launcher', 'skipped', 'web/large-chain', 'web/many-readers'].map(
      (file) => `test/${file}.test.ts`,
    ),
  );

/** A whole build may take minutes on a machine that is busy with other things. */
const PATIENT = { testTimeout: 600_000, hookTimeout: 600_000 };

/**
 * `unit` is beside the code. The others drive the program as its users do: `e2e` two files at a time, since one often
 * waits, and `e2e-alone` one file at a time, after them.
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
        test: { name: 'e2e', include: ['test/**/*.test.ts'], exclude: ALONE, maxWorkers: 2, sequence: { groupOrder: 1 }, ...PATIENT },
      },
      { extends: true, test: { name: 'e2e-alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 }, ...PATIENT } },
    ],
  },
});
