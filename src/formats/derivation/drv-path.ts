import { makeTextPath, type DrvPath } from '../store-path.js';
import { writeDerivation } from './aterm.js';
import type { Derivation } from './derivation.js';

/** The store path of the `.drv` file itself. */
export function derivationPath(drv: Derivation): DrvPath {
  const references = [...drv.inputSrcs, ...drv.inputDrvs.keys()];
  return makeTextPath(`${drv.name}.drv`, writeDerivation(drv), references) as DrvPath;
}
