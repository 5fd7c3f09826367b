import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenFiles } from '../golden/index.js';
import { regenerate } from '../golden/regenerate.js';
import { whyNoNix } from '../support/nix.js';

const missing = whyNoNix();
if (missing !== undefined) console.warn(`skipped: the golden files are not made anew: ${missing}`);

describe.skipIf(missing !== undefined)('the golden files', () => {
  test('are what Nix makes today', () => {
    const target = mkdtempSync(join(tmpdir(), 'zilch-golden-'));
    try {
      regenerate(target);
      const [made, kept] = [goldenFiles(target), goldenFiles()];
      expect([...made.keys()]).toEqual([...kept.keys()]);
      for (const [path, bytes] of kept) expect(made.get(path)?.equals(bytes), `${path} differs`).toBe(true);
    } finally {
      rmSync(target, { recursive: true });
    }
  }, 60_000);
});
