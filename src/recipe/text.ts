import type { Ingredient, Interpolated, Text } from './ingredient.js';
import { RecipeError } from './recipe-error.js';

/**
 * A shell script with ingredients in it. Backslashes stay as they are written; `\${` and `` \` `` give the shell's own
 * `${` and `` ` ``. Indentation common to all lines is removed.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Text {
  const literals = dedent(strings.raw).map((literal) => literal.replaceAll('\\${', '${').replaceAll('\\`', '`'));
  return join(literals, values, strings.raw);
}

/** Text with ingredients in it, with JavaScript's escapes: for arguments and environment variables. */
export function text(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Text {
  return join(strings, values, strings.raw);
}

/** Joins texts and ingredients, in order, with nothing between them. */
export function concat(...values: readonly Interpolated[]): Text {
  return { kind: 'text', parts: merge(values.flatMap(partsOf)) };
}

function join(literals: readonly string[], values: readonly Interpolated[], written: readonly string[]): Text {
  const missing = (values as readonly (Interpolated | undefined)[]).indexOf(undefined);
  if (missing >= 0) throw new RecipeError('undefined is interpolated', UNDEFINED_HINT, written[missing]);
  return concat(...literals.flatMap((literal, index) => (index < values.length ? [literal, values[index] as Interpolated] : [literal])));
}

const UNDEFINED_HINT = 'a name that is wrong, an environment variable that is not set, or recipe files that import each other in a cycle';

/** What a value contributes to a text. */
export function partsOf(value: Interpolated): readonly (string | Ingredient)[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (isList(value)) return value.flatMap((item, index) => (index === 0 ? partsOf(item) : [' ', ...partsOf(item)]));
  // Import cycles between recipe files show up as undefined at run time, despite the types.
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
    case 'flake':
      return [value as Ingredient];
    default:
      throw new RecipeError(
        `${untyped === undefined ? 'undefined' : describeValue(untyped)} is interpolated`,
        untyped === undefined ? UNDEFINED_HINT : 'only text, numbers, recipes, outputs, sources, local files and lists of these can be',
      );
  }
}

function describeValue(value: unknown): string {
  return typeof value === 'function' ? `the function ${value.name}` : JSON.stringify(value);
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

/** Only literals count: interpolated texts keep their own lines. */
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
