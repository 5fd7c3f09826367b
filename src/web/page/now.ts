import { signal, type Signal } from '@preact/signals';
import { runs } from './data.js';

const now = signal(Date.now());

setInterval(() => {
  // Times on the page change only during a run.
  if (runs.value.some(({ running }) => running)) now.value = Date.now();
}, 1000);

/** The time, updated once a second during a run. */
export function useNow(): Signal<number> {
  return now;
}
