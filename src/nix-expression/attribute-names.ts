/**
 * Names for things in a Nix expression: identifiers, each used once, as close to the wanted name as Nix allows. Source:
 * Nix manual, "Identifier", and the keywords of `lexer.l`.
 */
import { quotedString } from './string.js';

const KEYWORDS = new Set(['if', 'then', 'else', 'assert', 'with', 'let', 'in', 'rec', 'inherit', 'or']);

/** Gives out identifiers, none of them twice. */
export class AttributeNames {
  private readonly taken = new Set<string>();

  /** @param reserved identifiers that the expression uses for something else */
  constructor(reserved: Iterable<string> = []) {
    for (const name of reserved) this.taken.add(name);
  }

  /** The first wanted name that is free, otherwise the last one with a number after it. */
  claim(...wanted: readonly [string, ...string[]]): string {
    const identifiers = wanted.map(identifier);
    const free = identifiers.find((name) => !this.taken.has(name)) ?? this.numbered(identifiers.at(-1) ?? '_');
    this.taken.add(free);
    return free;
  }

  private numbered(name: string): string {
    for (let number = 2; ; number++) {
      if (!this.taken.has(`${name}-${number}`)) return `${name}-${number}`;
    }
  }
}

function identifier(name: string): string {
  const spelled = name.replace(/[^a-zA-Z0-9_'-]/g, '_').replace(/^(?![a-zA-Z_])/, '_');
  return KEYWORDS.has(spelled) ? `${spelled}_` : spelled;
}

/** An attribute's name before `=`: quoted unless it is an identifier. */
export function attributeKey(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) && !KEYWORDS.has(name)) return name;
  return quotedString([name]);
}
