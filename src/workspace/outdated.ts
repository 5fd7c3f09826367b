import { createReadStream } from 'node:fs';
import type { Source } from '../recipe/index.js';
import { err, fail, ok, type Result } from '../result.js';
import type { SourceAge } from '../sources/index.js';
import { ioFailure } from '../store/index.js';
import { StreamFailure, type ByteStream } from '../stream-failure.js';

export type { SourceAge } from '../sources/index.js';

export interface OutdatedOptions {
  /** Roots of Debian mirrors, in the order to try. */
  readonly mirrors: readonly string[];
  /** Whose sources are looked at: `sid`, `trixie`. */
  readonly suite: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How old sources are, by the index of a Debian suite, which the first mirror that has it gives. Nothing is verified: it is advice. Fails
 * with `E_FETCH` when no mirror has the index, and where there is no program `xz`.
 */
export async function newerVersions(sources: readonly Source[], { mirrors, suite, signal }: OutdatedOptions): Promise<Result<readonly SourceAge[]>> {
  if (mirrors.length === 0) return fail('E_FETCH', 'no Debian mirror is known', 'set ZILCH_DEBIAN_MIRROR to the address of one');
  // Loaded here, like all that speaks HTTP.
  const [{ ageOf, readIndex }, { decompress }, { HttpClient }] = await Promise.all([
    import('../sources/index.js'),
    import('../exchange/index.js'),
    import('../http/index.js'),
  ]);
  const opened = HttpClient.open();
  if (!opened.ok) return opened;
  const client = opened.value;
  const open = async (url: URL): Promise<Result<ByteStream>> => {
    if (url.protocol === 'file:') return ok(createReadStream(url));
    const answer = await client.ask(url, { signal });
    if (!answer.ok) return answer;
    if (answer.value.status === 200) return ok(answer.value.body);
    answer.value.discard();
    return fail('E_FETCH', `${url.href} answers with status ${answer.value.status}`);
  };
  try {
    let failed: Result<never> | undefined;
    for (const mirror of mirrors) {
      const address = `${mirror}/dists/${encodeURIComponent(suite)}/main/source/Sources.xz`;
      const bytes = URL.canParse(address) ? await open(new URL(address)) : fail('E_FETCH', `${address} is not a URL`);
      if (bytes.ok) {
        try {
          const index = await readIndex(decompress(bytes.value, 'xz'));
          return ok(sources.map((source) => ageOf(source, index)));
        } catch (error) {
          failed = err(error instanceof StreamFailure ? error.failure : ioFailure('read', address, error));
        }
      } else failed = bytes;
    }
    return failed!;
  } finally {
    await client.close();
  }
}
