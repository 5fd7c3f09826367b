/**
 * What a mistake in a chain really was. JavaScript knows only that something is undefined or not made yet; the text of the files tells why.
 * The files are read by regular expressions, which can be misled: all that depends on it is a hint.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Location, RecipeError } from '../recipe/index.js';
import { textOf } from './place.js';

/** What `sh` and `text` say of it. */
const INTERPOLATED = 'undefined is interpolated';

/** In lines; a guess. */
const LONGEST_RECIPE = 40;

/** The message and hint for a recipe error that was thrown because something is undefined; `undefined` for other errors. */
export function undefinedMistake(
  { before, location, message: said }: RecipeError,
  file: string,
): { readonly message: string; readonly hint: string } | undefined {
  if (before === undefined) return undefined;
  const text = location === undefined ? '' : textFrom(location);
  // Not in a text: then it is known what it was to become, and somewhere in the recipe's next lines what it was.
  const expression = before === '' && said !== INTERPOLATED ? undefined : expressionAfter(text, before);
  const message = expression === undefined ? said : `\${${expression}} is undefined`;
  if ((expression ?? text.split('\n', LONGEST_RECIPE).join('\n')).includes('process.env')) {
    return { message, hint: 'that variable is not set. A recipe should not look at the environment: write the value down, and all build the same' };
  }
  return { message, hint: circleHint(location?.file ?? file) ?? 'is the name right, and what it names made above this line?' };
}

/** The hint for what JavaScript throws when something is used that is not there yet. */
export function usedTooEarlyHint(error: Error, location: Location | undefined): string | undefined {
  if (location === undefined) return undefined;
  const early = error instanceof ReferenceError ? /'([^']+)' before initialization/.exec(error.message)?.[1] : undefined;
  if (early === undefined && !/of undefined|is not a function|undefined is not/.test(error.message)) return undefined;
  const circle = circleHint(location.file);
  if (circle !== undefined || early === undefined) return circle;
  return new RegExp(`\\b${early}\\s*=\\s*\\w*(?:recipe|make)\\w*\\s*\\(`, 'i').test(textOf(location.file))
    ? `${early} is not made yet while its own recipe is written. Its test gets it as an argument: test: (self) => ({ script: sh\`… \${self} …\` })`
    : `${early} is made below the line that uses it: put it above`;
}

function circleHint(file: string): string | undefined {
  const circle = importCircle(file);
  if (circle === undefined) return undefined;
  const names = circle.map((one) => basename(one)).join(' -> ');
  return `recipe files that import each other in a cycle see each other half made: break the cycle ${names}`;
}

/** A way from a file along its imports back to itself, both ends included. */
function importCircle(file: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const open = new Set([file]);
  for (const one of open) {
    for (const imported of importsOf(one)) {
      if (imported === file) {
        const way = [file];
        for (let at = one; at !== file; at = cameFrom.get(at)!) way.unshift(at);
        return [file, ...way];
      }
      if (!open.has(imported)) cameFrom.set(imported, one);
      open.add(imported);
    }
  }
  return undefined;
}

/** The files that a file imports by relative names; types are gone when it runs. */
function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^\s*(?:import|export)\s(?!type\s)[^'"`;]*?['"](\.[^'"]+)['"]/gm)]
    .map((match) => resolve(dirname(file), match[1]!))
    .filter((imported) => existsSync(imported));
}

function textFrom({ file, line }: Location): string {
  return textOf(file)
    .split('\n')
    .slice(line - 1)
    .join('\n');
}

/** What stands in the first `${…}` after a text. */
function expressionAfter(text: string, before: string): string | undefined {
  const at = text.indexOf(`${before}\${`);
  if (at < 0) return undefined;
  const start = at + before.length + 2;
  let depth = 1;
  for (let end = start; end < text.length; end++) {
    if (text[end] === '{') depth++;
    else if (text[end] === '}' && --depth === 0) return text.slice(start, end).trim().replace(/\s+/g, ' ');
  }
  return undefined;
}
