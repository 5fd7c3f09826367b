export { NixDialect } from './nix-dialect.js';
export { NixExecutor } from './nix-executor.js';
export { firstDifferentBuild } from './first-difference.js';
export type { NixCommandOptions } from './nix-command.js';
export { checkNix } from './check-nix.js';
