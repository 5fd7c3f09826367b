import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';

/**
 * Headers and libraries as a compiler wants them: in one tree, of which `lib` is the part that programs need when they run.
 * A program names its loader, by its path in `lib`; the loader finds the libraries beside itself. So programs need no run
 * path, and refer to this one store path and to no headers. See docs/decisions/0014-where-clang-finds-things.md.
 */
export const sysrootOf = (name: string, parts: readonly AnyRecipe[]) =>
  ascentRecipe({
    name,
    description: 'headers and libraries that a compiler is told to use',
    outputs: ['out', 'lib'],
    path: [stage1.protobusybox],
    script: sh`
mkdir -p "$out" "$lib/lib"
for part in ${parts}; do
  cp -r "$part/." "$out/"
  chmod -R u+w "$out"
done
ln -s . "$out/usr" # clang looks for C++ in usr/include, for C in both

mv "$out"/lib/*.so* "$lib/lib/"
for library in "$lib"/lib/*; do
  ln -s "$library" "$out/lib/"
done
`,
    references: { allowed: ['lib'] },
  });
