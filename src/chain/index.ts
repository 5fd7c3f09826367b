/** A chain on disk: loads it, turns it into derivations, and finds targets by the names users type. */
export { SIGNATURES, loadChain, OWN_CHAIN, type LoadedChain } from './load.js';
export { instantiateChain, prepareChain, seedsOf, sourcesOf, type PreparedChain, type PreparedTarget } from './prepare.js';
export { findTarget, type TargetName } from './target-name.js';
export { neededSources, targetClosure, type Wanted } from './wanted.js';
export { dependencyGraph, whyNeeded, type Dependency, type DependencyGraph, type DependencyNode } from './dependencies.js';
export { allUsersOf, longestWay, neededPart, usersOf, waysBetween } from './ways.js';
export { checkTypes, lintChain, type Finding } from './check.js';
export { writeNewChain } from './new-chain.js';
