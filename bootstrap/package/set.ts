/** Package sets: the same packages, by whichever toolchain. */
import { makePackage, type Package, type PackageSpec, type Tools } from './package.ts';

/** A package as a function of the set it belongs to, in which it finds what it needs. */
export type PackageDefinition<Name extends string> = (packages: Readonly<Record<Name, Package>>) => PackageSpec;

/** Makes a set. A package is made when it is first asked for, so definitions may stand in any order. */
export function packageSet<Name extends string>(
  definitions: Readonly<Record<Name, PackageDefinition<Name>>>,
  tools: Tools,
): Readonly<Record<Name, Package>> {
  const set = {} as Record<Name, Package>;
  for (const name of Object.keys(definitions) as Name[]) {
    let made: Package | undefined;
    const get = (): Package => (made ??= makePackage(definitions[name](set), tools));
    Object.defineProperty(set, name, { get, enumerable: true });
  }
  return set;
}
