/** File trees on disk: written as NARs, restored from NARs, hashed, scanned and rewritten. */
export type { HostPath } from './host-path.js';
export { findExtras } from './attributes.js';
export { canonicalise } from './canonicalise.js';
export { copyEntries, copyTree } from './copy.js';
export { dumpTree, streamTree } from './dump.js';
export { findSymlink } from './find-symlink.js';
export { giveTree } from './give.js';
export { removeTree, removeTreeSync } from './remove.js';
export { restoreTree } from './restore.js';
export { rewriteTree, type RewriteCount } from './rewrite.js';
export { hashEntries, hashTree, hashTreeModulo, scanTree, type NarDigest, type TreeScan } from './hash.js';
