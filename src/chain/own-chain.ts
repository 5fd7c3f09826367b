import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Zilch's checkout, which has what `zilch` and `zilch/bootstrap` mean in a chain's imports. */
export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The directory of the chain that comes with Zilch. */
export const OWN_CHAIN = join(CHECKOUT, 'bootstrap');

/** The compiled recipe language. */
export const LANGUAGE = join(CHECKOUT, 'dist/recipe/index.js');
