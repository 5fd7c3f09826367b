import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DrvPath } from '../formats/index.js';
import { tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import { linkLog, LogWriter, logPath, readLog } from './log.js';

const drv = (name: string): DrvPath => `/nix/store/${'0'.repeat(31)}${name}-x.drv` as DrvPath;

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
    // A limit of 600 KiB for files stands in for the full disk.
    execFileSync('bash', ['-c', 'ulimit -f 600; exec "$@"', 'bash', process.execPath, jiti, join(root, 'script.ts')], {
      env: { ...process.env, JITI_FS_CACHE: 'false' },
    });
    expect(readLog(root, drv('1'))).toBe(`${'line\n'.repeat(60_000)}end`);
  });
});
