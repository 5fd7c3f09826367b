/**
 * The seed: the one program that is not built by the chain. Whichever it is, the store paths of stage 1 come out the same,
 * so nothing of it is trusted; it only has to work.
 */
export { checkSeed, type CheckedSeed } from './check-seed.js';
export { findHostCompiler, type HostCompiler } from './default-seed.js';
export { provideSeed, type ProvidedSeed, type SeedOptions } from './provide.js';
