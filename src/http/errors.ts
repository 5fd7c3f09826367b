/** Describes connection errors in plain words. */
import { errors } from 'undici';
import type { Failure } from '../result.js';
import { StreamFailure } from '../stream-failure.js';

/** The reason for which the client itself ends a request. */
export class GivenUp extends Error {}

/**
 * Describes an error that a connection threw. `E_NETWORK` may pass, so another attempt is worth it. `E_HTTP` is the
 * same at each attempt. `E_CANCELLED` comes from the caller.
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
  // Only our own request could ask for another protocol, and we send none.
  if (phase === 'header' && cause.message === 'bad upgrade')
    return { code: 'E_HTTP', message: `${where}: the server answers 101, switching protocols`, cause };
  return { code: 'E_NETWORK', message: `${where}: ${reasonOf(cause)}`, hint: 'is the address right, and the server up?', cause };
}

/** An address for people, without its password. */
export function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** If several addresses refuse, Node reports one error without a message. */
function firstError(error: unknown): Error {
  if (error instanceof AggregateError) return firstError(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? error.message.trim();
}

/** Plain words for error codes; all other errors have a message. */
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
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a known authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
