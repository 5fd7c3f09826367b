import { emitter, type Emit } from '../build/index.js';
import type { StorePath } from '../formats/index.js';
import type { Source } from '../recipe/index.js';
import type { Result } from '../result.js';
import type { Store } from '../store/index.js';

/** Where tarballs may come from. */
export interface FetchingOptions {
  /** Never touch the network. */
  readonly offline?: true;
  /** Directories and bundles that are looked into first. */
  readonly sources?: readonly string[];
}

/** Gets sources into the store. */
export async function fetchAll(
  sources: readonly Source[],
  store: Store,
  options: FetchingOptions & { readonly emit?: Emit | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Result<Map<Source, StorePath>>> {
  // Loaded here: an HTTP client takes longer to load than all else that a build with nothing to do needs.
  const { fetchSources } = await import('../sources/index.js');
  const { emit, signal } = options;
  return fetchSources(sources, {
    store,
    signal,
    offline: options.offline === true,
    places: options.sources ?? [],
    emit: emit === undefined ? undefined : emitter(emit),
  });
}
