/** Files of recipes as reports name them, which are read on other machines: a path of this one means nothing there. */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { OWN_CHAIN } from '../chain/index.js';

/** What a file of Zilch's own chain is called in another chain: as that imports it. */
const OWN_PREFIX = 'zilch/bootstrap/';

/** From the chain's directory; `zilch/bootstrap/…` for a file of Zilch's own. */
export function fileName(directory: string, file: string): string {
  const name = relative(directory, file);
  const own = relative(OWN_CHAIN, file);
  return name.startsWith('../') && !own.startsWith('../') ? OWN_PREFIX + own : name;
}

/** The file that has this name. */
export function fileNamed(directory: string, name: string): string {
  const file = join(directory, name);
  return name.startsWith(OWN_PREFIX) && !existsSync(file) ? join(dirname(OWN_CHAIN), name.slice('zilch/'.length)) : file;
}
