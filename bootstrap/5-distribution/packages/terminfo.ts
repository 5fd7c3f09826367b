import { sh, type AnyRecipe } from 'zilch';
import { distributionRecipe } from '../tools.ts';
import { busybox } from '../../2b-crossing/index.ts';

/** What programs read about terminals when they run, as a folder to lay over the root. */
export const terminfoOf = (ncurses: AnyRecipe): AnyRecipe =>
  distributionRecipe({
    name: 'terminfo',
    version: '1',
    description: 'what is known of terminals',
    path: [busybox],
    script: sh`
mkdir "$out"
cp -R ${ncurses}/etc "$out/"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [busybox],
      script: sh`
test -s ${self}/etc/terminfo/l/linux
test -s ${self}/etc/terminfo/x/xterm-256color
mkdir "$out"
`,
    }),
  });
