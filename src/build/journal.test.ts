import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeContentPath, sha256Hash, sha256, type DrvPath, type PathInfo } from '../formats/index.js';
import type { Event } from './event.js';
import { isAlive, Journal, JournalReader, listJournals } from './journal.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'zilch-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const description = { chain: '/chain', targets: ['stage1'], jobs: 2, cores: 2 };
const drvPath = '/nix/store/00000000000000000000000000000000-a.drv' as DrvPath;
const start: Event = { at: 2, type: 'build-start', drvPath, name: 'a', resolvedDrvPath: drvPath, logPath: '/log' };

function only(): string {
  const [name, ...others] = listJournals(directory);
  expect(others).toEqual([]);
  return join(directory, `${name!}.jsonl`);
}

describe('a journal', () => {
  it('is not begun by a run that has nothing to do', () => {
    const journal = new Journal(directory, description);
    journal.emit({ at: 1, type: 'plan', drvs: [], fetch: [] });
    journal.emit({ at: 2, type: 'done', summary: { built: 0, reused: 1, failed: 0, skipped: 0, durationSeconds: 0 } });
    journal.close();
    expect(listJournals(directory)).toEqual([]);
  });

  it('holds who wrote it and every event but lines of logs', () => {
    const path = makeContentPath('a', 'recursive', sha256Hash(sha256('a')));
    const info: PathInfo = { path, narHash: sha256('a'), narSize: 7, references: [], signatures: [], ultimate: true };
    const journal = new Journal(directory, description);
    journal.emit({ at: 1, type: 'plan', drvs: [], fetch: [] });
    journal.emit(start);
    journal.emit({ at: 3, type: 'build-log', drvPath, line: 'secret' });
    journal.emit({ at: 4, type: 'build-done', drvPath, name: 'a', outputs: new Map([['out', info]]), durationSeconds: 1, usage: {} });
    journal.close();
    const [header, ...events] = new JournalReader(only()).read();
    expect(header).toMatchObject({ type: 'run', pid: process.pid, ...description });
    expect(events.map(({ type }) => type)).toEqual(['plan', 'build-start', 'build-done']);
    expect(events[2]).toMatchObject({ outputs: { out: { path, narSize: 7 } } });
    expect(readFileSync(only(), 'utf8')).not.toContain('secret');
  });

  it('is read on while it is written, a half line later than its first half', () => {
    const journal = new Journal(directory, description);
    journal.emit(start);
    const reader = new JournalReader(only());
    expect([...reader.read()]).toHaveLength(2);
    appendFileSync(only(), '{"type":"build-phase","at":3');
    expect([...reader.read()]).toEqual([]);
    appendFileSync(only(), ',"phase":"ü"}\n');
    expect([...reader.read()]).toEqual([{ type: 'build-phase', at: 3, phase: 'ü' }]);
    journal.close();
  });

  it('may hold lines that are damaged: they are left out', () => {
    writeFileSync(join(directory, '1-1.jsonl'), 'x\n{"type":"done"}\nnull\n{"type":"done","at":3}\n');
    expect([...new JournalReader(join(directory, '1-1.jsonl')).read()]).toEqual([{ type: 'done', at: 3 }]);
  });

  it('is read in pieces: a line is as long as it likes up to a limit, and what is longer is left out', () => {
    const long = { type: 'build-phase', at: 4, phase: 'x'.repeat(3_000_000) };
    const file = join(directory, '1-1.jsonl');
    writeFileSync(file, `${JSON.stringify({ ...long, phase: 'x'.repeat(17 * 2 ** 20) })}\n${JSON.stringify(long)}\n{"type":"done","at":3}\n`);
    expect([...new JournalReader(file).read()]).toEqual([long, { type: 'done', at: 3 }]);
  });

  it('of any size is read in little memory', () => {
    const file = join(directory, '1-1.jsonl');
    const line = `${JSON.stringify({ type: 'build-phase', at: 4, drvPath, phase: 'x'.repeat(60_000) })}\n`.repeat(50);
    for (let n = 0; n < 50; n++) appendFileSync(file, line);
    const before = process.memoryUsage().rss;
    let [count, most] = [0, 0];
    for (const { type } of new JournalReader(file).read()) {
      count += type === 'build-phase' ? 1 : 0;
      if (count % 50 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(count).toBe(2500);
    // The file has 150 MB. How much unused memory Node.js keeps for a while depends on its version.
    expect(most).toBeLessThan(75_000_000);
  });

  it('that cannot be written stops no build', () => {
    const journal = new Journal(join('/dev/null', 'runs'), description);
    journal.emit(start);
    journal.emit(start);
    journal.close();
  });

  it('tells whether its writer is still there', () => {
    const journal = new Journal(directory, description);
    journal.emit(start);
    journal.close();
    const [header] = new JournalReader(only()).read();
    if (header?.type !== 'run') throw new Error('no header');
    expect(isAlive(header)).toBe(true);
    expect(isAlive({ ...header, processStart: '1' })).toBe(false);
    expect(isAlive({ ...header, pid: 2 ** 22 + 1 })).toBe(false);
  });

  it('makes room for itself among a hundred', () => {
    for (let index = 0; index < 120; index++) writeFileSync(join(directory, `${index}-1.jsonl`), '');
    const journal = new Journal(directory, description);
    journal.emit(start);
    journal.close();
    expect(listJournals(directory)).toHaveLength(100);
    expect(listJournals(directory)).not.toContain('20-1');
  });
});
