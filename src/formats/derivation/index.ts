export { outputPathName, staticOutputPath, type Derivation, type DerivationOutput } from './derivation.js';
export { derivationPath } from './drv-path.js';
export { parseDerivation, sortedEntries, writeDerivation, type WriteOptions } from './aterm.js';
export { hashDerivationModulo, type DerivationHashes, type InputHashes } from './modulo.js';
export { downstreamPlaceholder, outputPlaceholder, replacer, resolveDerivation, scratchPath, type OutputLookup } from './placeholder.js';
export { showDerivations, type ShownDerivation, type ShownOutput } from './show.js';
