/** Nix's data formats, as pure functions of bytes. Every other folder may import this one. */
export * from './base32.js';
export * from './hash.js';
export * from './store-path.js';
export * from './content-address.js';
export * from './signature.js';
export * from './realisation.js';
export * from './narinfo.js';
export * from './path-info.js';
export * from './derivation/index.js';
export * from './nar/index.js';
export * from './output-name.js';
export * from './identity.js';
