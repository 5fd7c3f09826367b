import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the store that a user means: the one that is named, else what the environment says, else the one in the home directory. */
export function storeRoot({ store }: { readonly store?: string }): string {
  return resolve(store ?? setTo('ZILCH_STORE') ?? join(setTo('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'zilch'));
}

/** A variable of the environment; one that is set to nothing is not set. */
function setTo(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
