export type { NarVisitor } from './visitor.js';
export { NarWriter } from './writer.js';
export { NarParser } from './parser.js';
export { findInListing, NarLister, shallowListing, type NarListing } from './listing.js';
export { Rewriter } from './rewriter.js';
export { ModuloHasher } from './hash-modulo.js';
export { ReferenceScanner } from './reference-scanner.js';
