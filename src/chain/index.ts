/** A chain on disk: loads it, turns it into derivations, and finds targets by the names users type. */
export { loadChain, SIGNATURES, type LoadedChain } from './load.js';
export { OWN_CHAIN } from './own-chain.js';
export { chainPlace, type ChainPlace } from './place.js';
export type { ChainFacts, DerivationFacts, TargetFacts } from './facts.js';
export { recallChain, rememberChain, type IdOf, type KnownChain } from './memory.js';
export { instantiateChain, prepareChain, seedsOf, sourcesOf, type PreparedChain, type PreparedTarget } from './prepare.js';
export { findTarget, type TargetName } from './target-name.js';
export { neededSources, targetClosure, type Wanted } from './wanted.js';
export { dependencyGraph, whyNeeded, type Dependency, type DependencyGraph, type DependencyNode } from './dependencies.js';
export { allUsersOf, longestWay, neededPart, usersOf, waysBetween } from './ways.js';
export { checkTypes, lintChain, type Finding } from './check.js';
export { writeNewChain } from './new-chain.js';
