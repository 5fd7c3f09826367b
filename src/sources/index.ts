/** Gets tarballs from any of several places into the store, verified by hash. */
export { debianMirrors } from './apt-mirrors.js';
export { readBundleIndex, writeBundle } from './bundle.js';
export { checkAddresses, type AddressCheck } from './check-addresses.js';
export { fetchSources, type FetchEvent, type FetchOptions } from './fetch-sources.js';
export { probeMirror } from './probe-mirror.js';
