/** Gets tarballs from any of several places into the store, verified by hash. */
export { debianMirrors } from './apt-mirrors.js';
export { readBundleIndex, writeBundle } from './bundle.js';
export { ageOf, readIndex, type SourceAge } from './debian-index.js';
export { checkAddresses, type AddressCheck } from './check-addresses.js';
export { compareWithList, compareWithTree, foldersLeftOut, type SourceComparison } from './compare-sources.js';
export { describeSource, sourceEntry, type DescribedSource } from './describe-source.js';
export { shownName } from './file-list.js';
export { fetchSources, type FetchEvent, type FetchOptions } from './fetch-sources.js';
export { swhidOf, swhidOfTarball } from './swhid.js';
export { probeMirror } from './probe-mirror.js';
export { withUnpacked } from './unpacked.js';
