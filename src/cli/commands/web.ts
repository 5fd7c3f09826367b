import type { Command } from 'commander';
import { evidenceOf, type EvidenceOptions } from '../../evidence/index.js';
import { ANY_NAME } from '../../http/index.js';
import { ok, type Result } from '../../result.js';
import { withView } from '../../workspace/index.js';
import { collect, perform, portNumber, withChain, type ChainOptions } from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { withEvidence } from '../evidence-options.js';
import { printError, printLine } from '../output.js';

interface WebOptions extends ChainOptions, EvidenceOptions {
  readonly port: number;
  readonly host: string;
  readonly name?: readonly string[];
}

/** `zilch web` */
export function register(command: Command): void {
  withEvidence(withChain(command))
    .option('-p, --port <n>', 'port to listen on; 0 for any that is free', portNumber, 8780)
    .option('--host <address>', 'address to listen on; others than this machine can then read everything', '127.0.0.1')
    .option(
      '--name <host>',
      `name that it may be called by, besides addresses and this machine’s name; "${ANY_NAME}" for any; may be given again`,
      collect,
    );
  command.addHelpText('after', '\nBuilds of other processes show while they go on. Ctrl-C ends it.');
  perform(command, (options: WebOptions) => serve(options));
}

async function serve(options: WebOptions): Promise<Result<ExitCode | undefined>> {
  return interruptible((signal) =>
    withView(options, async (session) => {
      const { startServer } = await import('../../web/index.js');
      const evidence = evidenceOf(session, options);
      if (!evidence.ok) return evidence;
      const server = await startServer({ ...session, evidence: evidence.value }, options);
      if (!server.ok) return server;
      printLine(server.value.url);
      if (!['127.0.0.1', '::1', 'localhost'].includes(options.host))
        printError(`whoever reaches ${options.host} can read this store's facts and logs\n`);
      await new Promise<void>((stopped) => (signal.aborted ? stopped() : signal.addEventListener('abort', () => stopped(), { once: true })));
      await server.value.close();
      return ok(undefined);
    }),
  );
}
