import { readFileSync } from 'node:fs';

/** Zilch's own version. `package.json` lies two directories up from here, and from the pieces of the bundle. */
export function zilchVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}
