import { DEFAULT_PATIENCE, HttpClient } from '../http/index.js';
import type { Source } from '../recipe/index.js';
import { ok, type Result } from '../result.js';

/** What one address of a source answers. */
export interface AddressCheck {
  readonly file: string;
  readonly url: string;
  /** `other` if there is a file of another size. */
  readonly state: 'there' | 'dead' | 'other';
  /** For people: a status, an error, a size. */
  readonly said: string;
}

const AT_ONCE = 8;
const PATIENCE_MS = 20_000;

/**
 * Asks every address of every source whether it still has a file of the right size, without fetching it. `mirrors` are
 * the roots of Debian mirrors. If a server does not say the size, the file counts as right.
 */
export async function checkAddresses(
  sources: readonly Source[],
  mirrors: readonly string[],
  signal?: AbortSignal,
): Promise<Result<readonly AddressCheck[]>> {
  const opened = HttpClient.open(process.env, { ...DEFAULT_PATIENCE, connect: PATIENCE_MS, header: PATIENCE_MS });
  if (!opened.ok) return opened;
  const client = opened.value;
  const open = sources.flatMap((source) => urlsOf(source, mirrors).map((url) => ({ source, url })));
  const checks: AddressCheck[] = [];
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined && signal?.aborted !== true; next = open.shift())
      checks.push(await checkAddress(next.source, next.url, client, signal));
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await client.close();
  }
  return ok(checks.sort((a, b) => (`${a.file} ${a.url}` < `${b.file} ${b.url}` ? -1 : 1)));
}

function urlsOf({ locations }: Source, mirrors: readonly string[]): readonly string[] {
  return locations.flatMap((location) => (location.kind === 'url' ? [location.url] : mirrors.map((root) => `${root}/${location.path}`)));
}

async function checkAddress({ file, size }: Source, url: string, client: HttpClient, signal: AbortSignal | undefined): Promise<AddressCheck> {
  if (!URL.canParse(url)) return { file, url, state: 'dead', said: 'not a URL' };
  const answer = await client.ask(new URL(url), { method: 'HEAD', signal, hashKnown: true });
  if (!answer.ok) return { file, url, state: 'dead', said: answer.failure.message };
  const { status, header, discard } = answer.value;
  const length = header('content-length');
  discard();
  if (status !== 200) return { file, url, state: 'dead', said: `status ${status}` };
  if (length !== undefined && Number(length) !== size) return { file, url, state: 'other', said: `${length} bytes, not ${size}` };
  return { file, url, state: 'there', said: length === undefined ? 'it does not say how large it is' : `${size} bytes` };
}
