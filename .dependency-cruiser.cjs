/**
 * Which way the arrows point: a folder of src/ may import only the folders named here for it, and only their index.ts.
 * docs/architecture.md says why.
 */
const MAY_IMPORT = {
  formats: [],
  recipe: ['formats'],
  store: ['formats'],
  http: [],
  sources: ['formats', 'recipe', 'store', 'http'],
  build: ['formats', 'recipe', 'store', 'sources'],
  seed: ['formats', 'recipe', 'store', 'sources'],
  chain: ['formats', 'recipe', 'store', 'sources', 'build', 'seed'],
  verify: ['formats', 'recipe', 'store', 'sources', 'build', 'seed', 'chain'],
  exchange: ['formats', 'recipe', 'store', 'http', 'sources', 'build', 'seed', 'chain'],
  kit: ['formats', 'recipe', 'store', 'chain', 'verify'],
  evidence: ['formats', 'recipe', 'store', 'http', 'sources', 'build', 'seed', 'chain', 'exchange', 'report'],
  report: ['formats', 'build'],
  inspect: ['formats', 'recipe', 'store', 'http', 'sources', 'build', 'seed', 'chain', 'verify', 'exchange', 'report'],
  release: ['formats', 'store'],
  machine: [],
  web: ['formats', 'recipe', 'store', 'http', 'sources', 'build', 'seed', 'chain', 'verify', 'exchange', 'report', 'inspect'],
  cli: [
    'formats',
    'recipe',
    'store',
    'http',
    'sources',
    'build',
    'seed',
    'chain',
    'verify',
    'exchange',
    'report',
    'inspect',
    'web',
    'kit',
    'evidence',
    'release',
    'machine',
  ],
};

const arrows = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `${folder}-imports-only-what-lies-below-it`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '[.]test[.]ts$' },
  to: { path: '^src/[^/]+/', pathNot: `^src/(${[folder, ...others].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'a-folder-of-src-is-named-in-the-rules',
      comment: 'A new folder needs its arrows: add it to MAY_IMPORT.',
      severity: 'error',
      from: { path: `^src/(?!(${Object.keys(MAY_IMPORT).join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'index-is-the-only-door',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'formats-and-recipe-are-pure',
      comment: 'No file system, network, clock or process: they compute from bytes. createHash and URLs touch nothing.',
      severity: 'error',
      from: { path: '^src/(formats|recipe)/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|url|buffer)$' },
    },
    {
      name: 'report-is-pure',
      comment: 'The page runs it: no Node, and of the builder nothing but types.',
      severity: 'error',
      from: { path: '^src/report/', pathNot: '[.]test[.]ts$' },
      to: { path: '^(node:|src/(formats|build)/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'recipes-import-the-recipe-language-alone',
      severity: 'error',
      from: { path: '^(bootstrap|examples)/', pathNot: '[.]test[.]ts$' },
      to: { pathNot: ['^(bootstrap|examples)/', '^src/recipe/index[.]ts$'] },
    },
    {
      name: 'nothing-imports-a-recipe-but-recipes',
      comment: 'The CLI loads chains by path, its own like anybody else’s.',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]test[.]ts$' },
      to: { path: '^(bootstrap|examples|test)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'the-program-needs-no-development-package',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
