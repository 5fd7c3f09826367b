import type { CommandFile } from './command.js';

/** A command as `zilch --help` shows it; the rest of it is loaded when it is used. */
export interface CommandEntry {
  readonly name: string;
  /** Another word for it. */
  readonly alias?: string;
  readonly summary: string;
  readonly load: () => Promise<CommandFile>;
}

/** All commands, in the order and under the headings in which help shows them. */
export const COMMAND_GROUPS: readonly { readonly title: string; readonly commands: readonly CommandEntry[] }[] = [
  {
    title: 'Build:',
    commands: [
      { name: 'build', summary: 'build targets, test them and compare them with the pins', load: () => import('./commands/build.js') },
      { name: 'test', summary: 'run the tests of targets', load: () => import('./commands/test.js') },
      { name: 'log', summary: 'print the log of a target’s build', load: () => import('./commands/log.js') },
      { name: 'run', summary: 'run a program of a target on your own files', load: () => import('./commands/run.js') },
      { name: 'shell', summary: 'open a shell in the sandbox of a target’s build', load: () => import('./commands/shell.js') },
      {
        name: 'develop',
        summary: 'open a shell in your own directory with what a target is built with',
        load: () => import('./commands/develop.js'),
      },
      { name: 'boot', summary: 'start a CD, a disk or a kit in QEMU', load: () => import('./commands/boot.js') },
    ],
  },
  {
    title: 'Write:',
    commands: [
      { name: 'init', summary: 'begin a chain of your own', load: () => import('./commands/init.js') },
      { name: 'check', summary: 'check the types of a chain, and what is missing in it', load: () => import('./commands/check.js') },
    ],
  },
  {
    title: 'Look:',
    commands: [
      { name: 'list', summary: 'list the targets of the chain', load: () => import('./commands/list.js') },
      { name: 'show', summary: 'say what a target is made of and whether it is built', load: () => import('./commands/show.js') },
      { name: 'path', summary: 'print where a target’s output lies', load: () => import('./commands/path.js') },
      { name: 'why', summary: 'say why one target needs another', load: () => import('./commands/why.js') },
      { name: 'uses', summary: 'say who needs a target, a source or a file', load: () => import('./commands/uses.js') },
      { name: 'impact', summary: 'say what is built again if something changes, and how long it takes', load: () => import('./commands/impact.js') },
      { name: 'size', summary: 'say how large a target is with all that it refers to', load: () => import('./commands/size.js') },
      { name: 'graph', summary: 'print the graph of the chain', load: () => import('./commands/graph.js') },
      { name: 'timeline', summary: 'show when what was built, and what took longest', load: () => import('./commands/timeline.js') },
      { name: 'estimate', summary: 'say how long targets take on machines with other processors', load: () => import('./commands/estimate.js') },
      { name: 'diff', summary: 'show how two trees, archives or outputs differ', load: () => import('./commands/diff.js') },
      { name: 'web', summary: 'serve pages that show the chain, live while it is built', load: () => import('./commands/web.js') },
      { name: 'report', summary: 'write the same pages as files that need no server', load: () => import('./commands/report.js') },
      { name: 'doctor', summary: 'check what this machine has and lacks', load: () => import('./commands/doctor.js') },
    ],
  },
  {
    title: 'Trust:',
    commands: [
      { name: 'pins', summary: 'compare outputs with the pinned ones, or pin them', load: () => import('./commands/pins.js') },
      { name: 'attest', summary: 'sign what was built here, from what and on which machine', load: () => import('./commands/attest.js') },
      { name: 'verify', summary: 'hold others’ claims against a policy: who confirms what', load: () => import('./commands/verify.js') },
      { name: 'sign', summary: 'sign files for minisign, signify, ssh-keygen and Nix', load: () => import('./commands/sign.js') },
      { name: 'audit', summary: 'build again a random part of what came from elsewhere, and compare', load: () => import('./commands/audit.js') },
      { name: 'vary', summary: 'build again with things changed that must not matter', load: () => import('./commands/vary.js') },
      { name: 'sbom', summary: 'write a bill of materials: CycloneDX or SPDX', load: () => import('./commands/sbom.js') },
      { name: 'trust', summary: 'show the way from a file back to the seed, with every byte of source', load: () => import('./commands/trust.js') },
      { name: 'seed', summary: 'build or show the TinyCC that everything starts from', load: () => import('./commands/seed.js') },
      { name: 'sources', alias: 'source', summary: 'list, fetch, bundle or describe tarballs', load: () => import('./commands/sources.js') },
      { name: 'verify-store', summary: 'check that store paths still are what was registered', load: () => import('./commands/verify-store.js') },
    ],
  },
  {
    title: 'Store:',
    commands: [
      { name: 'gc', summary: 'delete store paths that nothing needs', load: () => import('./commands/gc.js') },
      { name: 'cache', summary: 'serve, fill and use binary caches', load: () => import('./commands/cache.js') },
      { name: 'copy', summary: 'copy targets to another store', load: () => import('./commands/copy.js') },
      { name: 'export', summary: 'write the chain for Nix or as a kit, or store paths as an archive', load: () => import('./commands/export.js') },
      { name: 'import', summary: 'add the store paths of an archive', load: () => import('./commands/import.js') },
      { name: 'release', summary: 'write a folder to publish: images, files, bills of materials, sums', load: () => import('./commands/release.js') },
      { name: 'nar', summary: 'hash, dump, restore and list Nix archives', load: () => import('./commands/nar.js') },
      { name: 'drv', summary: 'show derivations', load: () => import('./commands/drv.js') },
      { name: 'completion', summary: 'print a completion script for bash, zsh or fish', load: () => import('./commands/completion.js') },
    ],
  },
];
