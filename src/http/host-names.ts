/**
 * The names that our servers answer to. A page in another person's browser can make its own name point at this server
 * ("DNS rebinding") and then read it as its own. But its request still has the page's name as `Host`. Nobody can make
 * an address point elsewhere.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Means every name. */
export const ANY_NAME = '*';

/** The host of a `Host` header: without its port, in lower case; IPv6 keeps its brackets. */
function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d*$/, '');
}

/** A check of `Host` headers. It accepts addresses, this machine's own names, and the given names. */
export function hostCheck(names: readonly string[]): (header: string | undefined) => boolean {
  if (names.includes(ANY_NAME)) return () => true;
  const known = new Set(['localhost', hostname().toLowerCase(), ...names.map((name) => name.toLowerCase())]);
  return (header) => {
    const host = hostOf(header ?? '');
    return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || known.has(host.replace(/\.$/, ''));
  };
}
