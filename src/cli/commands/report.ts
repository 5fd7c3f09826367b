import { join } from 'node:path';
import type { Command } from 'commander';
import { findTarget } from '../../chain/index.js';
import { evidenceOf, type EvidenceOptions } from '../../evidence/index.js';
import { ok } from '../../result.js';
import { withView } from '../../workspace/index.js';
import { collect, perform, withChain, type ChainOptions } from '../command.js';
import { formatBytes, formatCount } from '../format.js';
import { withEvidence } from '../evidence-options.js';
import { printLine } from '../output.js';

interface ReportOptions extends ChainOptions, EvidenceOptions {
  readonly pictures?: true;
  readonly of?: readonly string[];
}

/** `zilch report` */
export function register(command: Command): void {
  withEvidence(withChain(command.argument('<dir>', 'directory to write to; made when it is not there')))
    .option('--pictures', 'write graph.svg and timeline.svg, and no page')
    .option('--of <target>', 'draw only what this target needs in graph.svg; can be given again', collect);
  command.addHelpText(
    'after',
    '\nOpen index.html in a browser, or put the directory on any web server. graph.svg and timeline.svg are the pictures by themselves.',
  );
  perform(command, (directory: string, options: ReportOptions) =>
    withView(options, async (session) => {
      const of: string[] = [];
      for (const name of options.of ?? []) {
        const found = findTarget(session.loaded.chain, name);
        if (!found.ok) return found;
        of.push(found.value.target.name);
      }
      const { writeReport } = await import('../../web/index.js');
      const evidence = evidenceOf(session, options);
      if (!evidence.ok) return evidence;
      const written = await writeReport({ ...session, evidence: evidence.value }, directory, { picturesOnly: options.pictures === true, of });
      if (!written.ok) return written;
      printLine(
        `${join(directory, options.pictures === true ? 'graph.svg' : 'index.html')}  (${formatCount(written.value.files, 'file')}, ${formatBytes(written.value.bytes)})`,
      );
      return ok(undefined);
    }),
  );
}
