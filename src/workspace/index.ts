/** Store, chain, seed, sources, caches and keys put together: what commands, pages and evidence start from. */
export { withBuilt, withResults, withSession, withView, type Session } from './session.js';
export { withOpenStore, withStoreForLooking, type StoreOptions } from './open-store.js';
export { withRecalled, type AnySession, type ChainOptions, type KnownSession } from './known-session.js';
export { upToDate, type UpToDate } from './up-to-date.js';
export { askedFor, buildOrTest, buildsOf, targetOf, targetsOf, type NamedTarget } from './targets.js';
export { BuiltOutputs, builtOutput } from './built-outputs.js';
export { pinnedOutputs, type PinnedOutput } from './pinned-outputs.js';
export { withNamed, withSelection, type Named, type Selection } from './selection.js';
export { fetchAll, type FetchingOptions } from './fetch.js';
export { openCache, trustOf, type CacheOptions, type TrustOptions } from './caches.js';
export { newerVersions, type SourceAge } from './outdated.js';
export { readSecretKeys } from './secret-keys.js';
export { confirmByFlake, type BuilderOptions } from './builder.js';
export { buildInSession, type BuildSettings, type RunContext } from './run-build.js';
export { keepFromCollection } from './roots.js';
