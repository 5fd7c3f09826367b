import { request, type Dispatcher } from 'undici';
import type { Source } from '../recipe/index.js';
import { ok, type Result } from '../result.js';
import { DEFAULT_PATIENCE, openConnections } from './download.js';

/** What one address of a source answers. */
export interface AddressCheck {
  readonly file: string;
  readonly url: string;
  /** `other` when something of another size lies there. */
  readonly state: 'there' | 'dead' | 'other';
  /** For people: a status, an error, a size. */
  readonly said: string;
}

const MOST_REDIRECTS = 5;
const AT_ONCE = 8;
const PATIENCE_MS = 20_000;

/**
 * Asks every address of every source whether it still has a file of the right size, without fetching it. `mirrors` are the roots of
 * Debian mirrors. Only a server that tells no size is taken at its word.
 */
export async function checkAddresses(
  sources: readonly Source[],
  mirrors: readonly string[],
  signal?: AbortSignal,
): Promise<Result<readonly AddressCheck[]>> {
  const opened = openConnections({ ...DEFAULT_PATIENCE, connect: PATIENCE_MS });
  if (!opened.ok) return opened;
  const connections = opened.value;
  const open = sources.flatMap((source) => urlsOf(source, mirrors).map((url) => ({ source, url })));
  const checks: AddressCheck[] = [];
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined && signal?.aborted !== true; next = open.shift())
      checks.push(await checkAddress(next.source, next.url, connections, signal));
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await connections.destroy();
  }
  return ok(checks.sort((a, b) => (`${a.file} ${a.url}` < `${b.file} ${b.url}` ? -1 : 1)));
}

function urlsOf({ locations }: Source, mirrors: readonly string[]): readonly string[] {
  return locations.flatMap((location) => (location.kind === 'url' ? [location.url] : mirrors.map((root) => `${root}/${location.path}`)));
}

async function checkAddress({ file, size }: Source, url: string, connections: Dispatcher, signal: AbortSignal | undefined): Promise<AddressCheck> {
  try {
    for (let asked = url, redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const { statusCode, headers, body } = await request(asked, { method: 'HEAD', dispatcher: connections, headersTimeout: PATIENCE_MS, signal });
      await body.dump();
      const { location, 'content-length': length } = headers;
      if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') asked = new URL(location, asked).href;
      else if (statusCode !== 200) return { file, url, state: 'dead', said: `status ${statusCode}` };
      else if (length !== undefined && Number(length) !== size) return { file, url, state: 'other', said: `${String(length)} bytes, not ${size}` };
      else return { file, url, state: 'there', said: length === undefined ? 'it does not say how large it is' : `${size} bytes` };
    }
    return { file, url, state: 'dead', said: 'it leads on and on' };
  } catch (error) {
    return { file, url, state: 'dead', said: (error as Error).message };
  }
}
