import { fail, type Result } from '../result.js';

const OTHER_PORT = 'choose another with --port; 0 is any free one';
const OTHER_HOST = 'choose another with --host: 127.0.0.1 for this machine alone, 0.0.0.0 for all addresses that it has';

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: `another program listens there: ${OTHER_PORT}`,
  EACCES: `ports below 1024 are not for everybody: ${OTHER_PORT}`,
  EADDRNOTAVAIL: `this machine has no such address: ${OTHER_HOST}`,
  ENOTFOUND: `no address has this name: ${OTHER_HOST}`,
  EAI_AGAIN: `the name could not be looked up: ${OTHER_HOST}`,
};

/** Why a server cannot have its address, as `E_LISTEN`. */
export function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Result<never> {
  return fail('E_LISTEN', `cannot listen on ${host}, port ${port}: ${error.message}`, HINTS[error.code ?? ''] ?? OTHER_PORT);
}
