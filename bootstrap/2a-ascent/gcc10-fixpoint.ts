import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from './ascent.ts';
import { gcc10, gcc10Again } from './gcc10.ts';

/**
 * The proof that the ascent has arrived: compiling GCC 10 by itself changes nothing. Both were built for an output path of
 * their own, which content addressing has taken out of the comparison, so they are one store path or differ in substance.
 */
export const gcc10Fixpoint = ascentRecipe({
  name: 'gcc10-fixpoint',
  description: 'GCC 10 by GCC 10 is GCC 10, byte for byte',
  path: [stage1.protobusybox],
  script: sh`
if [ ${gcc10} != ${gcc10Again} ]; then
  echo 'GCC 10 built by itself differs from GCC 10 built by GCC 10 built by GCC 3.4:' >&2
  diff -rq ${gcc10} ${gcc10Again} >&2 || true
  exit 1
fi
echo ${gcc10} >"$out"
`,
});
