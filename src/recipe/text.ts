import type { Ingredient, Interpolated, Text } from './ingredient.js';
import { RecipeError } from './recipe-error.js';

/**
 * A shell script with ingredients in it. Backslashes stand as they are written; `\${` and `` \` `` give the shell's own
 * `${` and `` ` ``. Indentation common to all lines is taken off.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Text {
  const literals = dedent(strings.raw).map((literal) => literal.replaceAll('\\${', '${').replaceAll('\\`', '`'));
  return join(literals, values);
}

/** Text with ingredients in it, taken as JavaScript reads it: for arguments and environment variables. */
export function text(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Text {
  return join(strings, values);
}

/** Joins texts and ingredients, in order, with nothing between them. */
export function concat(...values: readonly Interpolated[]): Text {
  return { kind: 'text', parts: merge(values.flatMap(partsOf)) };
}

function join(literals: readonly string[], values: readonly Interpolated[]): Text {
  return concat(...literals.flatMap((literal, index) => (index < values.length ? [literal, values[index] as Interpolated] : [literal])));
}

/** What a value contributes to a text. */
export function partsOf(value: Interpolated): readonly (string | Ingredient)[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (isList(value)) return value.flatMap((item, index) => (index === 0 ? partsOf(item) : [' ', ...partsOf(item)]));
  // Import cycles between recipe files show up as undefined at run time, whatever the types say.
  const untyped: unknown = value;
  switch ((untyped as { kind?: unknown } | null | undefined)?.kind) {
    case 'text':
      return (value as Text).parts;
    case 'recipe':
      return [(value as { defaultOutput: Ingredient }).defaultOutput];
    case 'output':
    case 'source':
    case 'local':
    case 'seed':
      return [value as Ingredient];
    default:
      throw new RecipeError(
        `${untyped === undefined ? 'undefined' : JSON.stringify(untyped)} is interpolated`,
        'only text, recipes, outputs and sources can be; undefined comes from recipe files that import each other in a circle',
      );
  }
}

function isList(value: Interpolated): value is readonly Interpolated[] {
  return Array.isArray(value);
}

function merge(parts: readonly (string | Ingredient)[]): (string | Ingredient)[] {
  const merged: (string | Ingredient)[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  return merged;
}

/** Only literals count: what is interpolated keeps its own lines. */
function dedent(literals: readonly string[]): string[] {
  const indents = literals.flatMap((literal) => Array.from(literal.matchAll(/\n([ \t]*)(?=[^\s]|$)/g), (match) => match[1] ?? ''));
  const last = literals.at(-1) ?? '';
  if (/\n[ \t]*$/.test(last)) indents.pop();
  const width = Math.min(...indents.map((indent) => indent.length), 1000);
  const dedented = literals.map((literal) => literal.replace(new RegExp(`\\n[ \\t]{0,${width}}`, 'g'), '\n'));
  dedented[0] = (dedented[0] ?? '').replace(/^[ \t]*\n/, '');
  dedented[dedented.length - 1] = (dedented.at(-1) ?? '').replace(/\n[ \t]*$/, '\n');
  return dedented;
}
