import type { Command } from 'commander';
import { ok } from '../../result.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { formatBytes } from '../format.js';
import { printLine } from '../output.js';
import { withSession } from '../session.js';

/** `zilch report` */
export function register(command: Command): void {
  withChain(command.argument('<dir>', 'directory to write to; made when it is not there'));
  command.addHelpText(
    'after',
    '\nOpen index.html in a browser, or put the directory on any web server. graph.svg and timeline.svg are the pictures by themselves.',
  );
  perform(command, (directory: string, options: ChainOptions) =>
    withSession(options, async (session) => {
      const { writeReport } = await import('../../web/index.js');
      const written = await writeReport(session, directory);
      if (!written.ok) return written;
      printLine(`${directory}/index.html  (${written.value.files} files, ${formatBytes(written.value.bytes)})`);
      return ok(undefined);
    }),
  );
}
