export { NixDialect } from './nix-dialect.js';
export { NixExecutor } from './nix-executor.js';
export { NixCommand, type NixCommandOptions } from './nix-command.js';
export { nixInItsRoot } from './nix-program.js';
export { checkNix } from './check-nix.js';
