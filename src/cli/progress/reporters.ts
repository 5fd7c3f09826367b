import type { Emit, Event } from '../../build/index.js';
import { print, printError, toJson } from '../output.js';
import { describe, describeMore, totals } from './describe.js';
import { draw } from './draw.js';
import { advance, NOTHING_YET, type ProgressState } from './state.js';

/** Shows events as they happen. `close` leaves the screen tidy, whatever happened. */
export interface Reporter {
  readonly emit: Emit;
  readonly close: () => void;
}

const REDRAW_MS = 100;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** The reporter for where the output goes: JSON for scripts, live lines on a terminal, plain lines elsewhere. */
export function chooseReporter(json: boolean): Reporter {
  if (json) return jsonReporter();
  const dumb = process.env['TERM'] === 'dumb' || process.env['CI'] !== undefined;
  return process.stderr.isTTY && !dumb ? terminalReporter(process.stderr) : plainReporter();
}

/** One line of JSON an event, to standard output. */
export function jsonReporter(): Reporter {
  return { emit: (event) => print(`${toJson(event)}\n`), close: () => undefined };
}

/** Lines that stay, to standard error. */
export function plainReporter(): Reporter {
  let state = NOTHING_YET;
  return {
    emit: (event) => {
      state = advance(state, event);
      const nameOf = (drvPath: string): string => [...state.building].find(([path]) => path === drvPath)?.[1].name ?? drvPath;
      const lines = event.type === 'done' ? totals(event.summary, state) : describeMore(event, nameOf);
      for (const line of lines) printError(`${line}\n`);
    },
    close: () => undefined,
  };
}

/** Lines that stay above, live lines below; the live ones are drawn again ten times a second at most. */
export function terminalReporter(stream: NodeJS.WriteStream): Reporter {
  let state: ProgressState = NOTHING_YET;
  let height = 0;
  const erase = (): string => (height === 0 ? '' : `\u001b[${height}A\u001b[0J`);
  const redraw = (stay: readonly string[] = []): void => {
    const live = draw(state, Date.now(), (stream.columns || 80) - 1, stream.rows || 24);
    stream.write(`${erase()}${height === 0 && live.length > 0 ? HIDE_CURSOR : ''}${[...stay, ...live].map((line) => `${line}\n`).join('')}`);
    height = live.length;
  };
  const timer = setInterval(redraw, REDRAW_MS);
  timer.unref();
  const close = (): void => {
    clearInterval(timer);
    process.off('exit', close);
    if (height > 0) stream.write(`${erase()}${SHOW_CURSOR}`);
    height = 0;
  };
  // A second Ctrl-C ends the program on the spot.
  process.on('exit', close);
  return {
    emit: (event: Event) => {
      state = advance(state, event);
      const stay = event.type === 'done' ? totals(event.summary, state) : describe(event);
      if (stay.length > 0) redraw(stay);
    },
    close,
  };
}
