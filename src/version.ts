import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Zilch's own version: that of the nearest `package.json` above, from the sources as from the pieces of the bundle. */
export function zilchVersion(): string {
  const { version } = JSON.parse(readFileSync(findPackageJSON(import.meta.url)!, 'utf8')) as { readonly version: string };
  return version;
}
