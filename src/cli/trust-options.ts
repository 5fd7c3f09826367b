import type { Command } from 'commander';
import { collect } from './command.js';

export type { TrustOptions } from '../workspace/index.js';

/** Adds `--trusted-public-keys` and `--no-check-sigs`. */
export function withTrust(command: Command): Command {
  return command
    .option('--trusted-public-keys <keys>', 'keys whose signatures are believed, NAME:BASE64, several separated by spaces or given again', collect)
    .option('--no-check-sigs', 'BELIEVE ANYBODY: take from caches what no trusted key has signed');
}
