import { signal, type Signal } from '@preact/signals';
import { runs } from './data.js';

const now = signal(Date.now());

setInterval(() => {
  // Nothing on the page gets older unless something is going on.
  if (runs.value.some(({ running }) => running)) now.value = Date.now();
}, 1000);

/** The time, once a second while a run goes on. */
export function useNow(): Signal<number> {
  return now;
}
