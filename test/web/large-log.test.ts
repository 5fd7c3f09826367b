/** The explorer's server and a log that is larger than the memory it may take. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { logPath } from '../../src/build/index.js';
import type { DrvPath } from '../../src/formats/index.js';
import type { LogResource } from '../../src/web/resources.js';
import { ask, bodyOf } from '../support/ask.js';
import { longestAnswer, startServer } from './server.js';

/** In bytes. All but the end are holes, which take no room on the disk. */
const LARGE = 700 * 2 ** 20;
/** What the page shows, in bytes. */
const SHOWN = 8 * 2 ** 20;
/** Readers that ask for the log and take nothing of it. */
const STUCK = 200;
/** Milliseconds in which somebody who asks is answered, on a machine that does much else. */
const SOON = 15_000;

const DRV = `/nix/store/${'0'.repeat(32)}-large.drv` as DrvPath;

test(`zilch web shows the end of a log of 700 MiB in little memory, also to ${STUCK} readers who take nothing`, async () => {
  const { port, store, most } = await startServer(['web']);
  const path = logPath(store, DRV);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, LARGE);
  writeFileSync(path, `\n${'für alle\n'.repeat(SHOWN / 10)}the end\n`, { flag: 'a' });
  const asked = `/data/log/${basename(DRV)}`;
  await longestAnswer(port, '/data/chain');
  const before = most();

  let text = '';
  let [slowest, count] = [0, 0];
  for (let read: LogResource | undefined; read?.more !== false; count++) {
    const started = performance.now();
    const answer = await ask(`http://127.0.0.1:${port}${asked}${read === undefined ? '' : `?from=${read.next}`}`);
    const piece = JSON.parse((await bodyOf(answer)).toString()) as LogResource;
    slowest = Math.max(slowest, performance.now() - started);
    expect(piece.cut).toBe(read === undefined);
    text += piece.text;
    read = piece;
  }
  expect(Buffer.byteLength(text)).toBe(SHOWN);
  expect(text).toMatch(/\nfür alle\nthe end\n$/);
  expect(text).not.toContain('\ufffd');
  const afterwards = most();

  await Promise.all(
    Array.from({ length: STUCK }, () => {
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => undefined);
      return new Promise<void>((resolve) =>
        socket.on('connect', () => socket.pause().write(`GET ${asked} HTTP/1.1\r\nhost: localhost\r\n\r\n`, () => resolve())),
      );
    }),
  );
  const longest = await longestAnswer(port, '/');
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  console.log(
    `zilch web: the end of a log of ${megabytes(LARGE)} MiB in ${count} answers, the slowest in ${Math.round(slowest)} ms; the slowest of 20 other answers beside ${STUCK} readers who take nothing: ${longest} ms; at most ${megabytes(before)} MiB of memory before, ${megabytes(afterwards)} after one reader, ${megabytes(most())} with all`,
  );
  expect(Math.max(slowest, longest)).toBeLessThan(SOON);
  expect(most() - before).toBeLessThan(256 * 2 ** 20);
});
