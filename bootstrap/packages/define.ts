import type { PackageDefinition } from '../package/index.ts';
import type { PackageName } from './index.ts';

/** A package of this set. */
export type Define = PackageDefinition<PackageName>;
