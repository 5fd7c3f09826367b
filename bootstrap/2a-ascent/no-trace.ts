import { local, sh, type AnyRecipe, type Interpolated, type OutputRef, type Text } from 'zilch';

interface Traces {
  /** The C compiler, as the test calls it. */
  readonly cc: Interpolated;
  readonly strings: readonly Interpolated[];
  readonly trees: readonly (AnyRecipe | OutputRef)[];
}

/**
 * For tests: no file in these trees has one of the strings in it. With a program of its own, as stage 1's grep, compiled by
 * TinyCC, reads 4 MB a second, and compilers are large.
 */
export const noTrace = ({ cc, strings, trees }: Traces): Text => sh`
phase 'no trace of how it was built'
${cc} -O1 -static ${local(import.meta.url, './seek.c')} -o seek
for string in ${strings}; do
  echo "about $string" >planted
  test "$(./seek ${strings} -- planted)" = planted
done
find ${trees} -type f -exec ./seek ${strings} -- {} + >found
cat found
test ! -s found
`;
