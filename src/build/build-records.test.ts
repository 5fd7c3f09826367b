import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../test/support/store.js';
import type { DrvPath } from '../formats/index.js';
import { BuildRecorder, readBuildRecords } from './build-records.js';
import type { Event } from './event.js';

const drvPath = `/nix/store/${'1'.repeat(32)}-tool.drv` as DrvPath;
const resolvedDrvPath = `/nix/store/${'2'.repeat(32)}-tool.drv` as DrvPath;
const start: Event = { at: 1000, type: 'build-start', drvPath, name: 'tool', resolvedDrvPath, logPath: '/log' };
const done: Event = { at: 3000, type: 'build-done', drvPath, name: 'tool', outputs: new Map(), durationSeconds: 2, usage: {} };

test('what is built is recorded with the machine, under what was run', () => {
  const store = openStore();
  const { zilchDir } = store.layout;
  expect(readBuildRecords(zilchDir)).toEqual(new Map());
  const recorder = new BuildRecorder(store, { builder: 'sandbox', builderVersion: '1' });
  recorder.emit(done);
  expect(readBuildRecords(zilchDir).size).toBe(0);
  recorder.emit(start);
  recorder.emit(done);
  const [record] = readBuildRecords(zilchDir).get(resolvedDrvPath) ?? [];
  expect(record).toMatchObject({ startedAt: 1000, finishedAt: 3000, how: { builder: 'sandbox', builderVersion: '1' } });
  expect(record?.how.kernel).toMatch(/^[ -~]+$/);
  expect(record?.how.cores).toBeGreaterThan(0);
});

test('the same build by another builder is another record, by the same one the last', () => {
  const store = openStore();
  for (const [builder, at] of [
    ['sandbox', 1],
    ['nix', 2],
    ['nix', 5],
  ] as const) {
    const recorder = new BuildRecorder(store, { builder, builderVersion: '1' });
    recorder.emit({ ...start, at });
    recorder.emit({ ...done, at: at + 1 });
  }
  const records = readBuildRecords(store.layout.zilchDir).get(resolvedDrvPath) ?? [];
  expect(records.map(({ how, startedAt }) => [how.builder, startedAt])).toEqual([
    ['sandbox', 1],
    ['nix', 5],
  ]);
});

test('a build that came out the same again is recorded, one that differs is not', () => {
  const store = openStore();
  const recorder = new BuildRecorder(store, { builder: 'nix', builderVersion: '1' });
  recorder.emit(start);
  recorder.emit({ at: 2, type: 'build-compared', drvPath, name: 'tool', comparison: { kind: 'different', differences: [] } });
  expect(readBuildRecords(store.layout.zilchDir).size).toBe(0);
  recorder.emit({ at: 2, type: 'build-compared', drvPath, name: 'tool', comparison: { kind: 'same', durationSeconds: 1 } });
  expect(readBuildRecords(store.layout.zilchDir).size).toBe(1);
});

test('a line that a power cut left half is passed over, and the next one is not lost with it', () => {
  const store = openStore();
  const recorder = new BuildRecorder(store, { builder: 'sandbox', builderVersion: '1' });
  recorder.emit(start);
  recorder.emit(done);
  appendFileSync(join(store.layout.zilchDir, 'how-built.jsonl'), '{"resolved":"/nix/st');
  expect(readBuildRecords(store.layout.zilchDir).size).toBe(1);
  recorder.emit({ ...start, resolvedDrvPath: `/nix/store/${'3'.repeat(32)}-tool.drv` as DrvPath });
  recorder.emit(done);
  expect(readBuildRecords(store.layout.zilchDir).size).toBe(2);
});
