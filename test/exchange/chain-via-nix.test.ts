import { homedir } from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CliRig } from '../cli/rig.js';
import { whyNoNixBuilds } from '../support/nix.js';

const missing = await whyNoNixBuilds();
if (missing !== undefined) console.warn(`skipped: the chain is not built through Nix: ${missing}`);

/** Tarballs fetched before are not fetched again. */
const FETCHED = join(homedir(), '.cache/zilch/sources');
const sources = existsSync(FETCHED) ? ['--sources', FETCHED] : [];

describe.skipIf(missing !== undefined)('the chain up to GNU make', () => {
  test('built by our own sandbox and by real Nix has the same store paths', async () => {
    const rig = new CliRig();
    try {
      const own = await rig.run(['build', 'gnumake-by-tinycc', '--no-tests', ...sources]);
      expect(own.status, own.stderr).toBe(0);
      const nix = await rig.run(['build', 'gnumake-by-tinycc', '--no-tests', '--via', 'nix', ...sources]);
      expect(nix.status, nix.stderr).toBe(0);
      expect(nix.stderr).toMatch(/same +stage1/);
      expect(nix.stderr).toMatch(/same +gnumake/);
    } finally {
      await rig.close();
    }
  }, 1_800_000);
});
