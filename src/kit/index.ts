/** The kit: a chain as plain files that can be built without Zilch, Nix or an operating system. */
export { exportKit, type KitExport, type KitExported } from './export-kit.js';
export { putOnDisk, type KitFiles } from './kit-disk.js';
export { isKit, readKit } from './kit-folder.js';
