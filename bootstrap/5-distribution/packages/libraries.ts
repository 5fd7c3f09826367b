import type { Package } from '../../package/index.ts';

/** What packages of the distribution are built with, of the set in bootstrap/packages. */
export type Libraries = Readonly<Record<'zlib' | 'zstd', Package>>;
