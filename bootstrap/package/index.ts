export { makePackage, type Package, type PackageSpec, type PackageTest, type Tools } from './package.ts';
export { packageSet, type PackageDefinition } from './set.ts';
export { archive, autotools, cmake, commands, headers, makefile, type Style } from './style.ts';
