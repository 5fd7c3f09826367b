/** Moving contents of stores: binary caches, copies, exports to Nix, building through Nix. */
export * from './cache/index.js';
export { openBlobs, readSmall, textBlob, type Blobs } from './blobs/index.js';
export * from './nix/index.js';
export { buildByFlake } from './build-by-flake.js';
export { copyClosure } from './copy.js';
export { exportNix, writeFlake, type NixExport, type NixExported } from './export-nix.js';
export { firstDifferentBuild } from './first-different-build.js';
export { exportArchive, importArchive, type ImportOptions } from './archive.js';
export { StreamFailure } from '../stream-failure.js';
