import { errorColour } from '../colour.js';
import { fit, formatBytes, formatSeconds } from '../format.js';
import { isOverdue, overall, type ProgressState } from './state.js';

const BAR_WIDTH = 24;
const NAME_WIDTH = 24;

/**
 * The lines to show at the moment: one for each running build and download, the last line of the log, and an overall bar.
 * None is wider than `width`, for a line that wraps would not be erased; at most `height` lines.
 */
export function draw(state: ProgressState, now: number, width: number, height: number): string[] {
  const running = [
    ...[...state.building.values()].map((build) => {
      const elapsed = formatSeconds((now - build.startedAt) / 1000);
      const estimate =
        build.estimateSeconds === undefined
          ? ''
          : `${isOverdue(build, now) ? ', overdue: expected' : ' of'} about ${formatSeconds(build.estimateSeconds)}`;
      return fit(`  ${build.name.padEnd(NAME_WIDTH)} ${elapsed}${estimate}  ${build.phase ?? ''}`, width);
    }),
    ...[...state.fetching].map(([name, { bytes, size }]) =>
      fit(`  ${name.padEnd(NAME_WIDTH)} fetching ${formatBytes(bytes)} of ${formatBytes(size)}`, width),
    ),
  ];
  const hidden = running.length - Math.max(1, height - 3);
  const shown = hidden > 0 ? [...running.slice(0, running.length - hidden - 1), fit(`  and ${hidden + 1} more`, width)] : running;
  const last = state.lastLine === '' || state.building.size === 0 ? [] : [errorColour.dim(fit(`  ${state.lastLine}`, width))];
  // Building again is not planned, so there is nothing to count.
  return [...shown, ...last, ...(state.planned.size === 0 ? [] : [fit(bar(state, now), width)])];
}

function bar(state: ProgressState, now: number): string {
  const { share, secondsLeft } = overall(state, now);
  const filled = Math.min(BAR_WIDTH, Math.floor(share * BAR_WIDTH));
  const counts = `${state.finished.size}/${state.planned.size} built`;
  const failed = state.failed === 0 ? '' : `, ${state.failed} failed`;
  // What is nearly done for minutes is not.
  const overdue = [...state.building.values()].some((build) => isOverdue(build, now));
  const left = secondsLeft === undefined ? '' : overdue ? ', overdue' : `, about ${formatSeconds(Math.ceil(secondsLeft))} left`;
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${counts}${failed}${left}`;
}
