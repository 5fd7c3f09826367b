/** A log in parts, one for each phase of the build. */
import type { RunBuild } from './run.js';

export interface LogSection {
  /** Missing before the first phase, and where no phases are known. */
  readonly phase?: { readonly name: string; readonly seconds: number | undefined };
  readonly lines: readonly string[];
}

/** Splits a whole log where its phases began. Phases without a single line are left out. */
export function logSections(text: string, build: Pick<RunBuild, 'phases' | 'endedAt'> | undefined): readonly LogSection[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const phases = phasesOfLog(build?.phases ?? []);
  const first = { lines: lines.slice(0, phases[0]?.logLines) };
  const rest = phases.map(({ name, at, logLines }, index) => {
    const next = phases[index + 1];
    const end = next?.at ?? build?.endedAt;
    return { phase: { name, seconds: end === undefined ? undefined : (end - at) / 1000 }, lines: lines.slice(logLines, next?.logLines) };
  });
  return [first, ...rest].filter((section) => section.lines.length > 0);
}

type Placed = RunBuild['phases'][number] & { readonly logLines: number };

/** A build that is tried again, because its memory was full, begins its log again. Journals of older versions have no places. */
function phasesOfLog(phases: RunBuild['phases']): readonly Placed[] {
  let found: Placed[] = [];
  for (const phase of phases) {
    if (phase.logLines === undefined) return [];
    const before = found.at(-1)?.logLines ?? 0;
    found = phase.logLines < before ? [] : found;
    found.push({ ...phase, logLines: phase.logLines });
  }
  return found;
}

const ERROR = /(^|[\s:])(fatal error|error|undefined reference|undefined symbol|no such file or directory|command not found|cannot find)\b|\*\*\* /i;
/** They speak of errors when there are none. */
const NO_ERROR = /\b(no errors?|0 errors?|-w?error|error[-_.][a-z]|checking (for|whether))/i;

/**
 * The line of a failed build's log that most likely says why it failed: the first error after which no more than a few lines are not about
 * it. `undefined` where no line looks like one.
 */
export function errorLine(text: string): number | undefined {
  const lines = text.split('\n');
  const isError = (line: string): boolean => ERROR.test(line) && !NO_ERROR.test(line);
  let found: number | undefined;
  // Compilers that ran beside each other fail one after the other at the end: back to the first of them.
  for (let at = lines.length - 1, quiet = 0; at >= 0 && quiet < MOST_BETWEEN; at--) {
    if (isError(lines[at]!)) [found, quiet] = [at, 0];
    else if (found !== undefined) quiet++;
  }
  return found;
}

/** Lines between two errors of one failure. */
const MOST_BETWEEN = 40;
