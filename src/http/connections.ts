import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { fail, ok, type Result } from '../result.js';
import type { Patience } from './patience.js';

/** Most bytes of an answer's header, and of its trailers. Node.js's own clients and servers allow half of that. */
const MOST_HEADER_BYTES = 32 * 1024;

/**
 * Connections to any servers, through the proxies in `http_proxy`, `https_proxy` and `no_proxy`. Fails with `E_PROXY`.
 * All time limits except the one for connecting are the client's own, and are switched off here.
 */
export function openConnections({ connect }: Patience, environment: NodeJS.ProcessEnv): Result<Dispatcher> {
  const [httpProxy, httpsProxy] = [proxyOf('http_proxy', environment), proxyOf('https_proxy', environment)];
  const limits = { maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 };
  const tls = { timeout: connect };
  // undici makes the pools for proxies without the agent's options.
  const pool = (origin: URL, options: object): Dispatcher => new Pool(origin, { ...options, ...limits });
  try {
    return ok(
      new EnvHttpProxyAgent({
        ...limits,
        connect: tls,
        proxyTls: tls,
        requestTls: tls,
        factory: pool,
        clientFactory: pool,
        // Plain HTTP goes to a proxy as curl sends it, because many proxies allow only TLS in a tunnel.
        proxyTunnel: false,
        httpProxy,
        httpsProxy,
        noProxy: environment['no_proxy'] ?? environment['NO_PROXY'] ?? '',
      }),
    );
  } catch (error) {
    const message = `http_proxy ("${httpProxy}") or https_proxy ("${httpsProxy}") is not the address of a proxy`;
    return fail('E_PROXY', message, 'set them as http://HOST:PORT, or unset them', error as Error);
  }
}

/** Without a scheme it is HTTP, as in curl; empty if there is none. */
function proxyOf(variable: 'http_proxy' | 'https_proxy', environment: NodeJS.ProcessEnv): string {
  const value = environment[variable] ?? environment[variable.toUpperCase()] ?? '';
  return value === '' || value.includes('://') ? value : `http://${value}`;
}
