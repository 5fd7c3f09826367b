/** The kit: a chain as plain files, which need no Zilch, no Nix and no operating system to be built. */
export { exportKit, type KitExport, type KitExported } from './export-kit.js';
