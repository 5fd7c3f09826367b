import { request } from 'undici';
import { fail, ok, type Result } from '../result.js';
import { DEFAULT_PATIENCE, openConnections } from './download.js';

/** Milliseconds; whoever asks is waiting. */
const PATIENCE = 5000;

/** Finds out whether a Debian mirror answers, by asking for its pool. Fails with `E_FETCH`. */
export async function probeMirror(root: string): Promise<Result<void>> {
  const opened = openConnections({ ...DEFAULT_PATIENCE, connect: PATIENCE });
  if (!opened.ok) return opened;
  const connections = opened.value;
  try {
    const { statusCode, body } = await request(`${root}/pool/`, { method: 'HEAD', dispatcher: connections, headersTimeout: PATIENCE });
    await body.dump();
    return statusCode < 500 ? ok(undefined) : fail('E_FETCH', `${root} answers with status ${statusCode}`);
  } catch (error) {
    return fail('E_FETCH', `${root} does not answer`, undefined, error as Error);
  } finally {
    await connections.destroy();
  }
}
