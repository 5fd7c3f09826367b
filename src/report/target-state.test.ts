import { describe, expect, it } from 'vitest';
import type { RunBuildStatus } from './run.js';
import { targetState, testState, type StateFacts, type TargetState } from './target-state.js';

const HERE = { built: { here: true, pinned: 'same' } } as const;
const FETCHED = { built: { here: false, pinned: 'same' } } as const;
const OTHER = { built: { here: true, pinned: 'different' } } as const;

function state(outputs: StateFacts['outputs'], status?: RunBuildStatus, test?: StateFacts['test']): TargetState {
  return targetState({ outputs, lastBuild: status === undefined ? undefined : { status, differences: [] }, test });
}

describe('the state of a target', () => {
  it('that is not there tells what is known of it', () => {
    expect(state([{}])).toBe('never built');
    expect(state([{ pin: 'absent' }, {}])).toBe('never built');
    expect(state([{ pin: 'absent' }, { pin: 'present' }])).toBe('expected');
    expect(state([{ pin: 'present' }, { pin: 'present' }])).toBe('built otherwise');
  });

  it('that was tried tells how that ended, whatever is pinned', () => {
    for (const pin of [undefined, 'absent', 'present'] as const) {
      expect(state([{ pin }], 'failed')).toBe('failed');
      expect(state([{ pin }], 'stopped')).toBe('stopped');
      expect(state([{ pin }], 'lost')).toBe('stopped');
    }
    expect(state([{}], 'queued')).toBe('never built');
  });

  it('that is there tells where it comes from and what is wrong with it', () => {
    expect(state([HERE])).toBe('built here');
    expect(state([HERE, FETCHED])).toBe('fetched');
    expect(state([HERE, OTHER])).toBe('differs');
    expect(state([HERE], 'built', 'failed')).toBe('test failed');
    expect(state([OTHER], 'built', 'failed')).toBe('differs');
    // It was made after that failure, by another run.
    expect(state([HERE], 'failed')).toBe('built here');
    const again = { status: 'compared', differences: [{ outputName: 'out', path: '', kept: '', first: { file: '', what: '' } }] } as never;
    expect(targetState({ outputs: [HERE], lastBuild: again, test: 'passed' })).toBe('differs');
  });

  it('that is going on tells that first', () => {
    expect(state([{}], 'building')).toBe('building');
    expect(state([HERE], 'waiting')).toBe('building');
  });
});

it('a test that has passed once has passed', () => {
  expect(testState(true, { status: 'failed' })).toBe('passed');
  expect(testState(false, { status: 'failed' })).toBe('failed');
  expect(testState(false, { status: 'building' })).toBe('running');
  expect(testState(false, { status: 'lost' })).toBe('stopped');
  expect(testState(false, undefined)).toBe('not run');
});
