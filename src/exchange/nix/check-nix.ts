import type { Failure } from '../../result.js';
import { NixDialect } from './nix-dialect.js';
import { userSettings } from './nix-users.js';

/** What `nix --version` says on this machine, and why that will not do to build in a store that it opens itself. */
export async function checkNix(): Promise<{ readonly said?: string; readonly failure?: Failure }> {
  const dialect = await NixDialect.find();
  if (!dialect.ok) return { failure: dialect.failure };
  const settings = await userSettings(dialect.value);
  return { said: dialect.value.said, ...(settings.ok ? {} : { failure: settings.failure }) };
}
