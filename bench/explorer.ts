/**
 * What it is like to look at a chain of 500 packages, in headless Chromium: how long frames take while its graph is zoomed, dragged,
 * pointed at and searched. Below them stands the same for a page with nothing on it: what this machine's frames take at
 * best. A fluid picture has frames of 16.7 ms and none over 50 ms. How long until it is there: page.ts.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launch, whyNoExplorer } from '../test/web/browser.js';
import { largeChain } from '../test/web/large-chain.js';

const PACKAGES = 500;

/** The middles of all bubbles that are in sight. */
const BUBBLES = `[...document.querySelectorAll('g.node .bubble')]
  .map((bubble) => bubble.getBoundingClientRect())
  .filter(({ left, right, top, bottom }) => left > 0 && right < 1280 && top > 110 && bottom < 740)
  .map(({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2])`;

/** Milliseconds from each frame to the next, until \`enough\` is true. */
const RECORD = `new Promise((resolve) => {
  const taken = [];
  let last = performance.now();
  const next = (now) => {
    taken.push(now - last);
    last = now;
    if (globalThis.enough) resolve(taken.slice(1));
    else requestAnimationFrame(next);
  };
  globalThis.enough = false;
  requestAnimationFrame(next);
})`;

const why = await whyNoExplorer();
if (why !== undefined) {
  console.log(`not measured: ${why}`);
  process.exit();
}

const directory = mkdtempSync(join(tmpdir(), 'zilch-bench-explorer-'));
mkdirSync(join(directory, 'chain'));
writeFileSync(join(directory, 'chain/chain.ts'), largeChain(PACKAGES));
const main = join(import.meta.dirname, '../dist/cli/main.js');
const server = spawn(process.execPath, [main, 'web', '--port', '0', '--store', join(directory, 'store'), '-f', join(directory, 'chain')], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const url = await new Promise<string>((resolve) => server.stdout.once('data', (line: Buffer) => resolve(line.toString().trim())));
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await page.locator('g.node').first().waitFor();
  const empty = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  for (const [name, act] of Object.entries(actions())) {
    report(name, await frames(page, act), await droppedFrames(page, act));
    if (name !== 'search') report('  a page with nothing on it', await frames(empty, act), await droppedFrames(empty, act));
  }
} finally {
  await browser.close();
  server.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

function actions(): Record<string, (page: Page) => Promise<void>> {
  const middle = [640, 400] as const;
  return {
    'zoom with the wheel': async (page) => {
      await page.mouse.move(...middle);
      for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, turn % 30 < 15 ? -60 : 60);
    },
    drag: async (page) => {
      await page.mouse.move(...middle);
      await page.mouse.down();
      for (let step = 0; step < 60; step++) await page.mouse.move(640 + 250 * Math.sin(step / 8), 400 + 120 * Math.cos(step / 8));
      await page.mouse.up();
    },
    'point at packages': async (page) => {
      const packages = await page.evaluate<[number, number][]>(BUBBLES);
      const points = packages.length > 0 ? packages : [middle];
      for (let step = 0; step < 60; step++) {
        const [x, y] = points[(step * 7) % points.length]!;
        await page.mouse.move(x, y);
      }
    },
    search: async (page) => {
      await page.getByLabel('Find a package').pressSequentially('package-4', { delay: 60 });
      await page.getByLabel('Find a package').fill('');
    },
  };
}

/** Milliseconds from each frame to the next while something is done. */
async function frames(page: Page, act: (page: Page) => Promise<void>): Promise<number[]> {
  const recorded = page.evaluate<number[]>(RECORD);
  await act(page);
  await page.evaluate('globalThis.enough = true');
  return recorded;
}

/** How many frames the compositor says were to be shown and were not, of how many: scripts do not see those. */
async function droppedFrames(page: Page, act: (page: Page) => Promise<void>): Promise<{ readonly dropped: number; readonly drawn: number }> {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'] });
  await act(page);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: { name: string }[] };
  const count = (name: string): number => traceEvents.filter((event) => event.name === name).length;
  return { dropped: count('DroppedFrame'), drawn: count('DrawFrame') };
}

function report(name: string, taken: readonly number[], { dropped, drawn }: { readonly dropped: number; readonly drawn: number }): void {
  const sorted = [...taken].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
  const slow = taken.filter((time) => time > 50).length;
  console.log(
    `  ${name.padEnd(44)} ${taken.length} frames: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms; over 50 ms: ${slow}; ${dropped} of ${dropped + drawn} dropped`,
  );
}
