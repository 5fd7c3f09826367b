import { recipeWith, text } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { prelude } from '../package/prelude.ts';

/**
 * What programs are configured with as the place where they will lie: nowhere. So no program knows its own store path, and what is built is the
 * same wherever it was built. Programs either need no files, or find them from where they themselves are.
 */
export const NOWHERE = '/nowhere';

/** A recipe of the ascent: run by the shell of stage 1, with the functions above. */
export const ascentRecipe = recipeWith({ shell: text`${stage1.protobusybox}/bin/ash`, prelude });
