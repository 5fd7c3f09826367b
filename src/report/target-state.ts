/** What became of a target, in one word: the same in `list`, `show`, the explorer and JSON. */
import type { RunBuild } from './run.js';

export type TargetState =
  /** Nothing is known of it but its recipe. */
  | 'never built'
  /** Not in this store; its pin says what it will be. */
  | 'expected'
  | 'built here'
  /** From a cache, an archive or another store. */
  | 'fetched'
  /** What is pinned is in this store, but another seed, or another recipe, has made it. */
  | 'built otherwise'
  | 'building'
  /** Its last build was stopped, by somebody or by the end of the program. */
  | 'stopped'
  | 'failed'
  /** It is there, but its test fails. */
  | 'test failed'
  /** It is there, but is not what is pinned, or not the same when it was built again. */
  | 'differs';

export type TestState = 'passed' | 'failed' | 'running' | 'stopped' | 'not run';

export interface StateFacts {
  readonly outputs: readonly {
    /** Missing when it is not in the store. */
    readonly built?: { readonly here: boolean; readonly pinned: 'same' | 'new' | 'different' } | undefined;
    /** Whether a pin says what it will be, and whether that is in the store. */
    readonly pin?: 'absent' | 'present' | undefined;
  }[];
  /** The last that was heard of its build and of its test's. */
  readonly lastBuild?: Pick<RunBuild, 'status' | 'differences'> | undefined;
  readonly test: TestState | undefined;
}

/** What is going on counts first, then what is there, then what was tried. */
export function targetState({ outputs, lastBuild, test }: StateFacts): TargetState {
  const status = lastBuild?.status;
  if (status === 'building' || status === 'waiting') return 'building';
  if (outputs.every(({ built }) => built !== undefined)) {
    if (outputs.some(({ built }) => built?.pinned === 'different') || (lastBuild?.differences.length ?? 0) > 0) return 'differs';
    if (test === 'failed') return 'test failed';
    return outputs.every(({ built }) => built?.here === true) ? 'built here' : 'fetched';
  }
  if (status === 'failed') return 'failed';
  if (status === 'stopped' || status === 'lost') return 'stopped';
  if (outputs.every(({ built, pin }) => built !== undefined || pin === 'present')) return 'built otherwise';
  return outputs.every(({ pin }) => pin !== undefined) ? 'expected' : 'never built';
}

/** `passed` is known of the store, the rest of what was last heard. */
export function testState(passed: boolean, last: Pick<RunBuild, 'status'> | undefined): TestState {
  if (passed) return 'passed';
  switch (last?.status) {
    case 'building':
    case 'waiting':
      return 'running';
    case 'failed':
      return 'failed';
    case 'stopped':
    case 'lost':
      return 'stopped';
    default:
      return 'not run';
  }
}
