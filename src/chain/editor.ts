/** What a type checker, an editor's own among them, needs to know to read a chain that lies anywhere. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, OWN_CHAIN } from './own-chain.js';

/** Packages of npm's with types of Node.js: with them, whatever checks types reads Zilch's own files without complaint. */
const TYPES = join(CHECKOUT, 'node_modules/@types');

/** A tsconfig for the files of a chain: the same strictness as Zilch's own, and `zilch` found where this Zilch lies. */
export function chainTsconfig(files: { readonly include: readonly string[] } | { readonly files: readonly string[] }): object {
  const source = join(CHECKOUT, 'src/recipe/index.ts');
  return {
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2023', 'DOM'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      skipLibCheck: true,
      typeRoots: [TYPES],
      types: existsSync(join(TYPES, 'node')) ? ['node'] : [],
      paths: {
        zilch: [existsSync(source) ? source : join(CHECKOUT, 'dist/recipe/index.d.ts')],
        'zilch/bootstrap/*': [join(OWN_CHAIN, '*')],
      },
    },
    ...files,
  };
}

/** The TypeScript compiler that is at hand: the chain's own, or the one that came with Zilch's tests. */
export function typeChecker(directory: string): string | undefined {
  return [directory, CHECKOUT].map((place) => join(place, 'node_modules/typescript/bin/tsc')).find((file) => existsSync(file));
}
