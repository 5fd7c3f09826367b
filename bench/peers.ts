/** The Nixes that we are compared with: what Debian 12 and 13 have, whatever this machine has. They are fetched when they are first wanted. */
import { join } from 'node:path';
import { installNix } from '../test/support/nixes/install.js';

const VERSIONS = ['2.8.0', '2.26.3'];

export interface Nix {
  readonly version: string;
  /** Where the program of this name is. */
  readonly program: (name: string) => string;
}

/** All that there are, the oldest first. */
export async function nixes(): Promise<readonly Nix[]> {
  const found = await Promise.all(
    VERSIONS.map(async (version): Promise<Nix[]> => {
      const installed = await installNix(version).catch((error: unknown) => ({ ok: false as const, failure: { message: String(error) } }));
      if (installed.ok) return [{ version, program: (name) => join(installed.value, name) }];
      console.log(`Nix ${version} is missing: ${installed.failure.message}`);
      return [];
    }),
  );
  return found.flat();
}
