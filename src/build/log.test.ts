import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DrvPath } from '../formats/index.js';
import { tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import { LogFile } from './log-file.js';
import { readLogTimes } from './log-times.js';
import { linkLog, LogWriter, logPath } from './log.js';

const drv = (name: string): DrvPath => `/nix/store/${'0'.repeat(31)}${name}-x.drv` as DrvPath;

/** A whole log; `undefined` if there is none. */
function readLog(root: string, drvPath: DrvPath): string | undefined {
  const log = unwrap(LogFile.open(logPath(root, drvPath)));
  if (log === undefined) return undefined;
  const text = Buffer.concat([...log.pieces(0)].map(unwrap)).toString();
  log.close();
  return text;
}

describe('a log', () => {
  test('is a text that lies where Nix looks for logs', () => {
    const root = tempDirectory();
    const log = unwrap(LogWriter.open(root, [drv('1')]));
    log.write(Buffer.from('hello\n'));
    log.close();
    expect(logPath(root, drv('1'))).toBe(`${root}/nix/var/log/nix/drvs/00/${'0'.repeat(29)}1-x.drv`);
    expect(readFileSync(logPath(root, drv('1')), 'utf8')).toBe('hello\n');
  });

  test('can be read while it is written, and grows under all its names', () => {
    const root = tempDirectory();
    const log = unwrap(LogWriter.open(root, [drv('1'), drv('2')]));
    expect(readLog(root, drv('2'))).toBe('');
    const large = Buffer.alloc(300_000, 'line\n');
    log.write(large);
    expect(readLog(root, drv('2'))).toBe(large.toString());
    log.write(Buffer.from('end'));
    log.close();
    for (const name of ['1', '2']) expect(readLog(root, drv(name))).toBe(`${large.toString()}end`);
  });

  test('takes the place of an older one, and leaves that under its other names', () => {
    const root = tempDirectory();
    const first = unwrap(LogWriter.open(root, [drv('1'), drv('2')]));
    first.write(Buffer.from('first'));
    first.close();
    const second = unwrap(LogWriter.open(root, [drv('1')]));
    second.write(Buffer.from('second'));
    second.close();
    expect([readLog(root, drv('1')), readLog(root, drv('2'))]).toEqual(['second', 'first']);
  });

  test('of the derivation that was built is also that of an equal one, unless that has its own', () => {
    const root = tempDirectory();
    for (const name of ['1', '2']) {
      const log = unwrap(LogWriter.open(root, [drv(name)]));
      log.write(Buffer.from(name));
      log.close();
    }
    for (const name of ['2', '3']) linkLog(root, drv('1'), drv(name));
    linkLog(root, drv('none'), drv('4'));
    expect(['1', '2', '3', '4'].map((name) => readLog(root, drv(name)))).toEqual(['1', '2', '1', undefined]);
  });

  test('that is not there reads as undefined', () => {
    const root = tempDirectory();
    expect(readLog(root, drv('1'))).toBeUndefined();
    expect(existsSync(logPath(root, drv('1')))).toBe(false);
  });

  test('loses of a write that fails only that', () => {
    const root = tempDirectory();
    mkdirSync(dirname(logPath(root, drv('1'))), { recursive: true });
    const script = `
      import { LogWriter } from ${JSON.stringify(fileURLToPath(new URL('log.ts', import.meta.url)))};
      const log = LogWriter.open(${JSON.stringify(root)}, [${JSON.stringify(drv('1'))}]).value;
      process.on('SIGXFSZ', () => undefined);
      log.write(Buffer.alloc(300_000, 'line\\n'));
      log.write(Buffer.from(${JSON.stringify('x'.repeat(400_000))}));
      log.write(Buffer.from('end'));
      log.close();`;
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    writeFileSync(join(root, 'script.ts'), script);
    // A limit of 600 KiB for files simulates the full disk.
    execFileSync('bash', ['-c', 'ulimit -f 600; exec "$@"', 'bash', process.execPath, jiti, join(root, 'script.ts')], {
      env: { ...process.env, JITI_FS_CACHE: 'false' },
    });
    expect(readLog(root, drv('1'))).toBe(`${'line\n'.repeat(60_000)}end`);
  });

  test('of a builder that goes on and on has the beginning and the end, and says what is missing', () => {
    const root = tempDirectory();
    const log = unwrap(LogWriter.open(root, [drv('1')], { limits: { beginning: 1000, end: 100 } }));
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`);
    for (const line of lines) log.write(Buffer.from(line));
    log.close();
    const [, beginning = '', count = '', end = ''] = /^(.*\n)\n… (\d+) more bytes were left out here …\n\n(.*)$/s.exec(readLog(root, drv('1'))!)!;
    expect(lines.join('').startsWith(beginning)).toBe(true);
    expect(lines.join('').endsWith(`\n${end}`)).toBe(true);
    expect(beginning.length).toBeGreaterThan(980);
    expect(end.length).toBeGreaterThan(80);
    expect(beginning.length + Number(count) + end.length).toBe(lines.join('').length);
  });

  test('that is a little longer than its beginning has all of it', () => {
    const root = tempDirectory();
    const log = unwrap(LogWriter.open(root, [drv('1')], { limits: { beginning: 10, end: 100 } }));
    for (const line of ['one two\n', 'three\n', 'four']) log.write(Buffer.from(line));
    log.close();
    expect(readLog(root, drv('1'))).toBe('one two\nthree\nfour');
  });

  test('takes no more memory and disk than its limits, however much is written', () => {
    const root = tempDirectory();
    const log = unwrap(LogWriter.open(root, [drv('1')]));
    const line = Buffer.from(`${'x'.repeat(64 * 1024 - 1)}\n`);
    const before = process.memoryUsage();
    for (let n = 0; n < 3000; n++) log.write(line);
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(60_000_000);
    log.close();
    expect(statSync(logPath(root, drv('1'))).size).toBeLessThan(66 * 2 ** 20);
    expect(statSync(logPath(root, drv('1'))).size).toBeGreaterThan(64 * 2 ** 20);
  });

  test.each([
    [1, 'c'],
    [2, 'b\nc'],
    [3, '\nb\nc'],
    [4, 'a\n\nb\nc'],
    [9, 'a\n\nb\nc'],
  ])('can be read from its last %d lines on', (count, text) => {
    const root = tempDirectory();
    for (const end of ['', '\n']) {
      const log = unwrap(LogWriter.open(root, [drv('1')]));
      log.write(Buffer.from(`a\n\nb\nc${end}`));
      log.close();
      const file = unwrap(LogFile.open(logPath(root, drv('1'))))!;
      const start = unwrap(file.startOfLast(count));
      expect(unwrap(file.read(start, 100)).toString()).toBe(text + end);
      file.close();
    }
  });

  test('can be read from its last lines on where those are far from the end', () => {
    const root = tempDirectory();
    const path = logPath(root, drv('1'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${'line\n'.repeat(10)}${'x'.repeat(600_000)}\nlast\n`);
    const file = unwrap(LogFile.open(path))!;
    expect(unwrap(file.startOfLast(2))).toBe(50);
    expect(unwrap(file.startOfLast(12))).toBe(0);
    expect(unwrap(file.startOfLast(11))).toBe(5);
    file.close();
  });

  test('has beside it when its lines came, under all its names, once a second and while anybody knows', () => {
    const root = tempDirectory();
    let clock = 5000;
    const log = unwrap(LogWriter.open(root, [drv('1'), drv('2')], { limits: { beginning: 20, end: 100 }, now: () => clock }));
    for (const [milliseconds, line] of [
      [100, 'one\n'],
      [2900, 'two\n'],
      [0, 'six\n'],
      [4000, 'ten\n'],
      [1000, 'too much\n'],
      [1000, 'of it\n'],
    ] as const) {
      clock += milliseconds;
      log.write(Buffer.from(line));
    }
    log.close();
    linkLog(root, drv('1'), drv('3'));
    for (const name of ['1', '2', '3'])
      expect(readLogTimes(logPath(root, drv(name)))).toEqual([
        { at: 4, seconds: 3 },
        { at: 12, seconds: 7 },
        { at: 16, seconds: undefined },
      ]);
    expect(readLogTimes(logPath(root, drv('none')))).toEqual([]);
    unwrap(LogWriter.open(root, [drv('1')])).close();
    expect(readLogTimes(logPath(root, drv('1')))).toEqual([]);
  });

  test('is none where a pipe, a directory or a symlink lies in its place', () => {
    const root = tempDirectory();
    execFileSync('mkfifo', [join(root, 'fifo')]);
    symlinkSync('/etc/passwd', join(root, 'link'));
    for (const place of ['fifo', 'link', '']) expect(unwrap(LogFile.open(join(root, place)))).toBeUndefined();
  });
});
