/** The options of pages that show who confirms which output. */
import type { Command } from 'commander';
import { collect } from './command.js';

/** Adds `--policy` and `--claims`, for pages that show who confirms which output. */
export function withEvidence(command: Command): Command {
  return command
    .option('--policy <file>', 'show who confirms what: whose claims count, and how many of them must agree')
    .option('--claims <place>', 'the claims: file, directory, http://, https:// or s3://…; may be given more than once', collect);
}
