/**
 * A derivation in the format that the kit's builder and people read. A field begins with a word; the following lines
 * that begin with four spaces are its value. Placeholders become `<step^output>`, or `<^output>` for the step's own.
 * Pure. kit/step.c reads it.
 */
import {
  downstreamPlaceholder,
  formatOutputName,
  outputPlaceholder,
  replacer,
  sortedEntries,
  type Derivation,
  type DrvPath,
} from '../formats/index.js';
import { PLATFORM } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';

/** Attributes that the kit's builder does not support. */
const UNKNOWN_TO_THE_KIT = ['passAsFile', 'exportReferencesGraph', '__json', '__structuredAttrs'];

/** The kit's name for the output of another step. */
export type Labels = ReadonlyMap<DrvPath, string>;

/** Writes a step. Fails with `E_UNSUPPORTED` if the derivation needs something that the kit does not have. */
export function stepFile(drv: Derivation, labels: Labels): Result<string> {
  const unknown = UNKNOWN_TO_THE_KIT.find((attribute) => drv.env.has(attribute));
  if (unknown !== undefined) return unsupported(drv, `it has the attribute ${unknown}`);
  if (drv.platform !== PLATFORM) return unsupported(drv, `it is for ${drv.platform}`);
  for (const [name, output] of drv.outputs) {
    if (output.kind !== 'floating' || output.method !== 'recursive' || output.algorithm !== 'sha256')
      return unsupported(drv, `its output "${name}" is not content-addressed by the SHA-256 of its NAR`);
  }
  const needs = sortedEntries(drv.inputDrvs).flatMap(([drvPath, outputs]) =>
    [...outputs]
      .sort()
      .map((output) => ({ placeholder: downstreamPlaceholder(drvPath, output), name: formatOutputName(labels.get(drvPath)!, output) })),
  );
  const outputs = [...drv.outputs.keys()].sort();
  const names = new Map([
    ...needs.map(({ placeholder, name }): [string, string] => [placeholder, `<${name}>`]),
    ...outputs.map((output): [string, string] => [outputPlaceholder(output), `<^${output}>`]),
  ]);
  const texts = [drv.builder, ...drv.args, ...[...drv.env].flat()];
  const taken = [...names.values()].find((name) => texts.some((text) => text.includes(name)));
  if (taken !== undefined) return unsupported(drv, `its text contains ${taken}, which is the kit's name for an output`);
  if (texts.some((text) => text.includes('\0'))) return unsupported(drv, 'it has a NUL character');
  const named = replacer(names);
  const fields: readonly (readonly [field: string, value: string])[] = [
    ['name', drv.name],
    ['outputs', outputs.join('\n')],
    ...(needs.length === 0 ? [] : [['needs', needs.map(({ name }) => name).join('\n')] as const]),
    ...(drv.inputSrcs.length === 0 ? [] : [['inputs', [...drv.inputSrcs].sort().join('\n')] as const]),
    ['builder', named(drv.builder)],
    ...drv.args.map((arg) => ['argument', named(arg)] as const),
    ...sortedEntries(drv.env).map(([key, value]) => [`env ${key}`, named(value)] as const),
  ];
  return ok(fields.map(([field, value]) => `${field}\n${indented(value)}`).join(''));
}

function indented(value: string): string {
  return value
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
}

function unsupported(drv: Derivation, why: string): Result<never> {
  return fail('E_UNSUPPORTED', `the kit cannot build ${drv.name}: ${why}`, 'build it with Zilch or Nix');
}
