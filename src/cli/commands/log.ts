import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { LogFile, logPath, readLogTimes } from '../../build/index.js';
import type { DrvPath } from '../../formats/index.js';
import { lastRuns } from '../../inspect/index.js';
import { fail, ok, type Result } from '../../result.js';
import { buildOrTest, withView } from '../../workspace/index.js';
import type { Store } from '../../store/index.js';
import { perform, positiveInteger, withChain, type ChainOptions } from '../command.js';
import { followLog } from '../follow-log.js';
import { interruptible } from '../interrupt.js';
import { printBytes, printLine } from '../output.js';
import { TimedLines } from '../timed-lines.js';

interface LogOptions extends ChainOptions {
  readonly test?: true;
  readonly follow?: true;
  readonly path?: true;
  readonly times?: true;
  readonly tail?: number;
}

/** `zilch log` */
export function register(command: Command): void {
  withChain(command.argument('<target>', 'target of the chain'))
    .option('--test', 'the log of its test')
    .option('--follow', 'go on printing while it is built, or waits to be')
    .option('--tail <n>', 'only the last n lines', positiveInteger)
    .option('--times', 'before each line, how long after the build’s begin it came')
    .option('--path', 'print where the log lies');
  perform(command, (name: string, options: LogOptions) =>
    withView(options, async (session) => {
      const found = buildOrTest(session, name, options.test === true);
      if (!found.ok) return found;
      const derivation = found.value;
      const { root } = session.store;
      const path = logPath(root, derivation.drvPath);
      const timed = new TimedLines(() => readLogTimes(path));
      const write = (bytes: Uint8Array, at: number): Promise<void> => printBytes(options.times === true ? timed.timed(bytes, at) : bytes);
      const log = LogFile.open(path);
      if (!log.ok) return log;
      if (options.follow === true && options.path !== true) {
        const begin = log.value === undefined ? ok(0) : startOf(log.value, options.tail);
        log.value?.close();
        if (!begin.ok) return begin;
        const followed = await interruptible((signal) =>
          followLog({ path, from: begin.value, signal, write, isGoingOn: () => isAwaited(session.store, derivation.drvPath) }),
        );
        if (!followed.ok || log.value !== undefined || existsSync(path)) return followed;
      }
      if (log.value === undefined) {
        return fail(
          'E_NO_LOG',
          `there is no log of ${derivation.recipe.drvName} in ${root}`,
          `it was not built here as it is now: zilch build ${name}`,
        );
      }
      try {
        if (options.path !== true) return await show(log.value, options.tail, write);
        printLine(path);
        return ok(undefined);
      } finally {
        log.value.close();
      }
    }),
  );
}

/** The offset of the last lines, or 0. */
function startOf(log: LogFile, lines: number | undefined): Result<number> {
  return lines === undefined ? ok(0) : log.startOfLast(lines);
}

/** Whether a running build is building it or will build it. */
function isAwaited({ layout }: Store, drvPath: DrvPath): boolean {
  return lastRuns(layout.zilchDir).some(
    ({ running, builds }) => running && builds.some((build) => build.drvPath === drvPath && ['queued', 'waiting', 'building'].includes(build.status)),
  );
}

async function show(log: LogFile, lines: number | undefined, write: (bytes: Uint8Array, at: number) => Promise<void>): Promise<Result<undefined>> {
  const start = startOf(log, lines);
  if (!start.ok) return start;
  let at = start.value;
  for (const piece of log.pieces(at)) {
    if (!piece.ok) return piece;
    await write(piece.value, at);
    at += piece.value.length;
  }
  return ok(undefined);
}
