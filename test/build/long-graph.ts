import type { Rig, Scripted } from './rig.js';

/** A graph of a dozen short builds, two outputs with references each, that takes a second or two. */
export function longGraph(rig: Rig): Scripted {
  const layers = [0, 1, 2].map((layer) => [0, 1, 2].map((index) => `part-${layer}-${index}`));
  let below: Scripted[] = [];
  for (const names of layers) {
    const inputs = below;
    below = names.map((name) =>
      rig.script(
        name,
        `sleep 0.15; mkdir $out $lib; echo ${name} $out > $lib/back; ${inputs.map((input) => `echo ${input.placeholder('lib')} >> $lib/needs; cat ${input.placeholder('out')}/* > /dev/null`).join('; ')}
         for i in 0 1 2 3 4 5 6 7 8 9; do head -c 20000 /dev/zero > $out/$i; done`,
        { outputs: ['out', 'lib'], inputs },
      ),
    );
  }
  return rig.script('whole', `echo ${below.map((input) => input.placeholder('lib')).join(' ')} > $out`, { inputs: below });
}
