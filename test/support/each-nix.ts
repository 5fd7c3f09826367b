import { afterAll, beforeAll, describe } from 'vitest';
import type { AvailableNix } from './nix.js';

/** Has tests run with each Nix, in a group of its own. While they run, `nix` is that one. */
export function withEachNix(what: string, nixes: readonly AvailableNix[], tests: (nix: AvailableNix) => void): void {
  for (const nix of nixes) {
    if (nix.missing !== undefined) console.warn(`skipped: ${what} with Nix ${nix.version}: ${nix.missing}`);
    describe.skipIf(nix.missing !== undefined)(`${what} with Nix ${nix.version}${nix.isInstalled ? ', which this machine has' : ''}`, () => {
      const before = process.env['PATH'];
      beforeAll(() => {
        process.env['PATH'] = nix.path;
      });
      afterAll(() => {
        process.env['PATH'] = before;
      });
      tests(nix);
    });
  }
}
