/** Getting tarballs' bytes from any of several places, verified by hash, into the store. */
export { debianMirrors } from './apt-mirrors.js';
export { readBundleIndex, writeBundle } from './bundle.js';
export { ageOf, readIndex, type SourceAge } from './debian-index.js';
export { checkAddresses, type AddressCheck } from './check-addresses.js';
export { fetchSources, type FetchEvent, type FetchOptions } from './fetch-sources.js';
export { probeMirror } from './probe-mirror.js';
