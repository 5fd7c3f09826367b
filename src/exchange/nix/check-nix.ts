import type { Failure } from '../../result.js';
import { NixDialect } from './nix-dialect.js';
import { userSettings } from './nix-users.js';

/** The output of `nix --version`, and why this Nix cannot build in a store that it opens itself. */
export async function checkNix(): Promise<{ readonly said?: string; readonly failure?: Failure }> {
  const dialect = await NixDialect.find();
  if (!dialect.ok) return { failure: dialect.failure };
  const settings = await userSettings(dialect.value);
  return { said: dialect.value.said, ...(settings.ok ? {} : { failure: settings.failure }) };
}
