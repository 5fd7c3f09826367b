/** JSON without repeated keys. If a key is there twice, two programs may see two values. */
import { fail, ok, type Result } from '../../result.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** Reads JSON. Fails with `E_JSON` if it is not JSON, or if an object has a key twice in any spelling. */
export function parseStrictJson(text: string): Result<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('E_JSON', (error as SyntaxError).message);
  }
  const open: (Set<string> | undefined)[] = [];
  const tokens = text.match(TOKEN) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (tokens[index + 1] === ':' && token.startsWith('"')) {
      const key = JSON.parse(token) as string;
      const keys = open.at(-1);
      if (keys?.has(key) === true) return fail('E_JSON', `the key ${JSON.stringify(key)} is given twice`);
      keys?.add(key);
    }
  }
  return ok(value);
}
