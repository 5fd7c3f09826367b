/**
 * Which way the arrows point: a folder of src/ may import only the folders named here for it, and only their index.ts.
 * docs/architecture.md says why. src/arrows.test.ts fails where one is allowed that nothing uses.
 */
const MAY_IMPORT = {
  formats: [],
  recipe: ['formats'],
  store: ['formats'],
  http: [],
  sources: ['formats', 'recipe', 'store', 'http'],
  diff: ['store'],
  build: ['formats', 'store', 'diff'],
  seed: ['formats', 'store'],
  chain: ['formats', 'recipe', 'store'],
  verify: ['formats', 'store'],
  exchange: ['formats', 'recipe', 'store', 'http', 'diff', 'build'],
  kit: ['formats', 'recipe', 'store', 'chain', 'verify'],
  workspace: ['formats', 'recipe', 'store', 'http', 'sources', 'build', 'seed', 'chain', 'verify', 'exchange'],
  report: ['formats', 'build'],
  inspect: ['formats', 'recipe', 'store', 'build', 'chain', 'verify', 'workspace', 'report'],
  evidence: ['formats', 'recipe', 'store', 'build', 'chain', 'exchange', 'workspace', 'report'],
  web: ['formats', 'store', 'diff', 'build', 'workspace', 'report', 'inspect'],
  machine: [],
  cli: [
    'formats',
    'recipe',
    'store',
    'http',
    'diff',
    'sources',
    'build',
    'seed',
    'chain',
    'verify',
    'exchange',
    'kit',
    'workspace',
    'report',
    'inspect',
    'evidence',
    'web',
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
      name: 'the-workspace-loads-the-http-client-where-it-is-used',
      comment: 'Every command starts with the workspace; the client takes longer to load than all else. So `await import(…)`, at the place of use.',
      severity: 'error',
      from: { path: '^src/workspace/', pathNot: '[.]test[.]ts$' },
      to: { path: '^src/(http|sources|exchange)/', dynamic: false, dependencyTypesNot: ['type-only'] },
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
