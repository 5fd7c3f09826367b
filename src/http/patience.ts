/** Time limits for servers; each can be set in the environment. */
import { fail, ok, type Result } from '../result.js';

export interface Patience {
  /** Milliseconds until a connection is made, including TLS. */
  readonly connect: number;
  /** Milliseconds from then until the whole header of the answer is there. It includes the 1xx answers before it. */
  readonly header: number;
  /** Bytes a second: a slower body is given up. */
  readonly leastRate: number;
  /** Milliseconds over which that is measured. A connection that is silent for this long is dead. */
  readonly stall: number;
  /** Milliseconds before each further attempt; the list has one for each. */
  readonly retries: readonly number[];
}

export const DEFAULT_PATIENCE: Patience = { connect: 20_000, header: 30_000, leastRate: 1024, stall: 30_000, retries: [300, 2000] };

/** Milliseconds between attempts beyond those that `DEFAULT_PATIENCE` lists. */
const LAST_PAUSE = 5000;

/** The settings, with the unit that users write. */
const SETTINGS = {
  connect: { variable: 'ZILCH_CONNECT_TIMEOUT', unit: 'seconds', factor: 1000 },
  header: { variable: 'ZILCH_HEADER_TIMEOUT', unit: 'seconds', factor: 1000 },
  stall: { variable: 'ZILCH_STALL_TIMEOUT', unit: 'seconds', factor: 1000 },
  leastRate: { variable: 'ZILCH_LEAST_RATE', unit: 'bytes a second', factor: 1 },
} as const;

const ATTEMPTS = 'ZILCH_DOWNLOAD_ATTEMPTS';
/** The longest that a timer can be set to, in seconds: above 24 days Node.js ends it at once. */
const MOST = 2 ** 31 / 1000 - 1;

/** The limits that the environment sets; the others have their defaults. Fails with `E_USAGE`. */
export function patienceOf(environment: NodeJS.ProcessEnv): Result<Patience> {
  const patience: { -readonly [key in keyof Patience]: Patience[key] } = { ...DEFAULT_PATIENCE };
  for (const key of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    const { variable, unit, factor } = SETTINGS[key];
    const text = environment[variable] ?? '';
    if (text === '') continue;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    // A rate of 0 means no limit; a time of 0 would allow nothing.
    if (!(value <= MOST && (value > 0 || key === 'leastRate'))) return fail('E_USAGE', `${variable} ("${text}") is not a number of ${unit}`);
    patience[key] = value * factor;
  }
  const attempts = environment[ATTEMPTS] ?? '';
  if (attempts === '') return ok(patience);
  if (!/^[1-9]\d{0,2}$/.test(attempts)) return fail('E_USAGE', `${ATTEMPTS} ("${attempts}") is not a number of attempts, from 1 to 999`);
  patience.retries = Array.from({ length: Number(attempts) - 1 }, (_, index) => DEFAULT_PATIENCE.retries[index] ?? LAST_PAUSE);
  return ok(patience);
}
