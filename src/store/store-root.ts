import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the store that a user means: the one that is named, else what the environment says, else the one in the home directory. */
export function storeRoot({ store }: { readonly store?: string }): string {
  return resolve(store ?? process.env['ZILCH_STORE'] ?? join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'zilch'));
}
