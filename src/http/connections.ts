import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { fail, ok, type Result } from '../result.js';
import type { Patience } from './patience.js';

/** Bytes of an answer's header, and of its trailers. Node.js's own clients and servers allow half of it. */
const MOST_HEADER_BYTES = 32 * 1024;

/**
 * Connections to any servers, through the proxies that `http_proxy`, `https_proxy` and `no_proxy` name. Fails with `E_PROXY`. All
 * time limits but the one for connecting are the client's own, and switched off here.
 */
export function openConnections({ connect }: Patience, environment: NodeJS.ProcessEnv): Result<Dispatcher> {
  const [httpProxy, httpsProxy] = [proxyOf('http_proxy', environment), proxyOf('https_proxy', environment)];
  const limits = { maxHeaderSize: MOST_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 };
  const tls = { timeout: connect };
  // undici makes the pools for proxies with none of the options that the agent was given.
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
        // Plain HTTP is asked of a proxy as curl asks for it: many let nothing but TLS through a tunnel.
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

/** Without a scheme it is HTTP, as for curl; empty when there is none. */
function proxyOf(variable: 'http_proxy' | 'https_proxy', environment: NodeJS.ProcessEnv): string {
  const value = environment[variable] ?? environment[variable.toUpperCase()] ?? '';
  return value === '' || value.includes('://') ? value : `http://${value}`;
}
