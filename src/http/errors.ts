/** What goes wrong on the way to a server, in plain words. */
import { errors } from 'undici';
import type { Failure } from '../result.js';
import { StreamFailure } from '../stream-failure.js';

/** The reason for which the client itself ends a request. */
export class GivenUp extends Error {}

/**
 * What an error means that a connection threw. `E_NETWORK` may pass and is worth another attempt; `E_HTTP` is what the server says each
 * time; `E_CANCELLED` is the caller's own doing.
 */
export function describeError(url: URL, error: unknown, phase: 'header' | 'body', signal: AbortSignal | undefined): Failure {
  if (error instanceof StreamFailure) return error.failure;
  const where = shown(url);
  if (signal?.aborted === true) return { code: 'E_CANCELLED', message: `stopped while talking to ${where}` };
  const cause = firstError(error);
  if (error instanceof errors.HeadersOverflowError) return { code: 'E_HTTP', message: `${where}: the answer's header is too long`, cause };
  const isCut = error instanceof errors.HTTPParserError && error.code === 'HPE_INVALID_EOF_STATE';
  if (phase === 'header' && error instanceof errors.HTTPParserError && !isCut)
    return { code: 'E_HTTP', message: `${where}: the server does not speak HTTP (${error.message})`, cause };
  // The only request to a server that asks for another protocol would be one of ours, and there are none.
  if (phase === 'header' && cause.message === 'bad upgrade')
    return { code: 'E_HTTP', message: `${where}: the server answers 101, switching protocols`, cause };
  return { code: 'E_NETWORK', message: `${where}: ${reasonOf(cause)}`, hint: 'is the address right, and the server up?', cause };
}

/** An address for people: without what may be a password. */
export function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** Node reports several addresses that all refused in one error without a message of its own. */
function firstError(error: unknown): Error {
  if (error instanceof AggregateError) return firstError(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? error.message.trim();
}

/** All others have their own words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no name server answers',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  HPE_INVALID_EOF_STATE: 'the connection was cut',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, by the clock of this machine',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody known',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by nobody known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
