import { recipeWith, text } from 'zilch';
import { busybox, gnumake, toolchain } from '../2b-crossing/index.ts';
import { prelude } from '../package/prelude.ts';

/** What everything of the distribution is built with. */
export const tools = { shell: text`${busybox}/bin/ash`, path: [toolchain, gnumake, busybox] };

/** A recipe of the distribution. */
export const distributionRecipe = recipeWith({ shell: tools.shell, prelude });
