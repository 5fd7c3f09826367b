/** The explorer with a chain as large as a distribution's. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { launch, MAIN, openPage, whyNoExplorer } from './browser.js';
import { largeChain } from './large-chain.js';

const why = await whyNoExplorer();
if (why !== undefined) console.log(`the explorer is not tried with a large chain: ${why}`);

describe.skipIf(why !== undefined)('the explorer', () => {
  it('draws a chain of 500 packages, all of which can be found and walked to', async () => {
    const chain = mkdtempSync(join(tmpdir(), 'zilch-large-'));
    onTestFinished(() => rmSync(chain, { recursive: true, force: true }));
    writeFileSync(join(chain, 'chain.ts'), largeChain(500));
    const other = spawn(process.execPath, [MAIN, 'web', '--port', '0', '--store', join(chain, 'store'), '-f', chain], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void other.kill());
    const address = await new Promise<string>((resolve) => other.stdout.once('data', (line: Buffer) => resolve(line.toString().trim())));
    const browser = await launch();
    onTestFinished(() => browser.close());
    const { page, problems } = await openPage(browser, address);
    await page.locator('g.node').last().waitFor({ state: 'attached' });
    expect(await page.locator('g.node').count()).toBe(500);
    const spots = await page.evaluate<string[]>(
      '[...document.querySelectorAll("g.node .bubble")].map((one) => `${one.cx.baseVal.value} ${one.cy.baseVal.value}`)',
    );
    expect(new Set(spots).size).toBe(500);
    await page.getByLabel('Find a package').fill('package-499');
    await page.locator('g.node.found[data-id="package-499"]').waitFor();
    const box = (await page.locator('g.node.found .name').boundingBox())!;
    expect(box.x).toBeGreaterThan(0);
    expect(box.x + box.width).toBeLessThan(1280);
    await page.locator('g.node.found .bubble').hover();
    expect(await page.locator('.near path').count()).toBeGreaterThan(1);
    await page.locator('g.node.found .bubble').click();
    await page.locator('h1', { hasText: 'package-499' }).waitFor();
    expect(problems).toEqual([]);
  });
});
