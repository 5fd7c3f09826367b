/**
 * What a server of ours may be called. A page in somebody's browser can make its own name point at this server ("DNS rebinding"), and
 * then read it as if it were its own; the request still has the page's name as its `Host`. An address cannot be made to point elsewhere.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Stands for every name. */
export const ANY_NAME = '*';

/** The host of a `Host` header: without its port, in small letters; brackets of IPv6 stay. */
function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d*$/, '');
}

/** A check of `Host` headers: addresses, this machine's own names, and those given are let pass. */
export function hostCheck(names: readonly string[]): (header: string | undefined) => boolean {
  if (names.includes(ANY_NAME)) return () => true;
  const known = new Set(['localhost', hostname().toLowerCase(), ...names.map((name) => name.toLowerCase())]);
  return (header) => {
    const host = hostOf(header ?? '');
    return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || known.has(host.replace(/\.$/, ''));
  };
}
