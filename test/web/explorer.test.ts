/** The explorer in a real browser: stage 1 is built while a page is open, and then every view of it is looked at. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityProblems, openPage, whyNoExplorer } from './browser.js';
import { ExplorerRig, text } from './explorer-rig.js';

const why = await whyNoExplorer();
if (why !== undefined) console.log(`tests of the explorer are skipped: ${why}`);

let rig: ExplorerRig;

describe.skipIf(why !== undefined)('the explorer', () => {
  beforeAll(async () => {
    rig = await ExplorerRig.start();
  });

  afterAll(() => rig.close());

  it('shows a build of another process while it goes on, and its result', async () => {
    const { page, problems } = await openPage(rig.browser, rig.url);
    const state = (id: string): Promise<string> => page.locator(`g.node[data-id="${id}"]`).getAttribute('class').then(String);
    await page.locator('g.node').first().waitFor();
    expect(await state('stage1')).toContain('not-built');
    // In parentheses: by the pins, and by the reference machine.
    expect(await page.locator('g.node[data-id="stage1"] .facts').textContent()).toMatch(/^\([\d.]+ MiB · [\d.]+ s\)$/);
    expect(await page.locator('.summary').innerText()).toMatch(/^0 of \d+ packages built, .*MiB more to come/);
    const building = rig.build('hostile');
    await page.locator('g.node.building[data-id="stage1"]').waitFor({ timeout: 120_000 });
    await page.locator('header .status a', { hasText: 'building stage1' }).waitFor();
    await page.locator('g.node.queued[data-id="hostile"]').waitFor();
    await page.locator('header .status a').click();
    await page.locator('td', { hasText: 'generation' }).waitFor({ timeout: 120_000 });
    expect(await page.locator('.lead').innerText()).toMatch(/about .* left, until \d\d:\d\d|overdue: stage1/);
    await page.locator('.bar.expected').first().waitFor({ state: 'attached' });
    await page.goto(`${rig.url}#/`);
    await page.locator('g.node.built[data-id="hostile"]').waitFor({ timeout: 300_000 });
    await building;
    expect(await state('stage1')).toContain('built');
    expect(await text(page)).toMatch(/(\d+) of \1\b/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows on a package’s page all that is known of it', async () => {
    const path = async (what: string): Promise<string> => (await rig.zilch('path', ...rig.chainOptions, '--logical', what)).stdout.trim();
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/package/stage1`);
    await page.getByRole('heading', { name: 'Changes to the sources' }).waitFor();
    const section = (title: string): Promise<string> =>
      page
        .locator('section', { has: page.getByRole('heading', { name: title, exact: false }) })
        .first()
        .innerText();
    // Where it is written: the button leads to the line.
    await page.getByRole('button', { name: /1-stage1\/index\.ts:\d+$/ }).click();
    expect(await page.locator('.listing .here').innerText()).toContain('export const stage1 = recipe({');
    const inputs = await section('Made of');
    for (const part of ['musl-1.2.6.tar.gz', 'd585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a', 'stage1-program', 'tinycc-seed'])
      expect(inputs).toContain(part);
    const changes = await section('Changes to the sources');
    for (const part of [
      'tcc takes the alias attribute for a new name and makes no alias',
      'src/include/features.h',
      '-ar leaves weak symbols out of a library',
      '+    s->static_link = 1;',
    ])
      expect(changes).toContain(part);
    const outputs = await section('Outputs');
    const [protomusl, tinycc] = [await path('stage1^protomusl'), await path('stage1^tinycc')];
    for (const part of [protomusl, tinycc, 'sha256 of its NAR', 'with all it needs at run time', 'files']) expect(outputs).toContain(part);
    const tinyccOutput = page.locator('.output', { hasText: /^tinycc/ });
    await tinyccOutput.locator('summary', { hasText: 'closure: 3 paths' }).click();
    expect(await tinyccOutput.innerText()).toContain('refers to 2 paths');
    expect(await tinyccOutput.innerText()).toMatch(/-stage1-tinycc [\d.]+ KiB, [\d.]+ MiB with all it refers to/);
    expect(await page.locator('.output', { hasText: /^protomusl/ }).innerText()).toMatch(/referred to by/);
    expect(await section('Used by')).toContain('hostile');
    expect(await section('Builds')).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d\s+built\s+\d/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows all of a log that comes in several answers', async () => {
    const log = (await rig.zilch('log', ...rig.chainOptions, 'hostile', '--path')).stdout.trim();
    const before = readFileSync(log);
    appendFileSync(log, `${'für alle\n'.repeat(60_000)}the very end\n`);
    onTestFinished(() => writeFileSync(log, before));
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/package/hostile`);
    await page.locator('.log-text', { hasText: 'the very end' }).waitFor();
    expect((await page.locator('.log-text').textContent())!.match(/für alle\n/g)).toHaveLength(60_000);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('has a list that is sorted by its columns, and shows only what is asked for', async () => {
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/list`);
    const names = (): Promise<string[]> => page.locator('tbody th').allInnerTexts();
    await page.locator('tbody th').first().waitFor();
    const all = await names();
    await page.getByRole('button', { name: 'package' }).click();
    expect(await names()).toEqual([...all].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    await page.getByRole('button', { name: 'package' }).click();
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'size' }).click();
    expect((await names())[0]).toBe('stage1');
    await page.getByLabel('Show only: Packages').fill('STAGE built');
    await expect.poll(names).toContain('stage1');
    expect(await page.locator('.table-tools [role=status]').innerText()).toMatch(new RegExp(`^\\d+ of ${all.length} packages$`));
    await page.getByLabel('Show only: Packages').fill('no such thing');
    await expect.poll(names).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('compares a run with another one, and with the machine that the chain was measured on', async () => {
    const earlier = (await rig.runs())[0]!.id;
    const chain = join(rig.directory, 'chain/chain.ts');
    const before = readFileSync(chain, 'utf8');
    onTestFinished(() => writeFileSync(chain, before));
    writeFileSync(chain, before.replace('mkdir $out\n', 'mkdir $out; echo again\n'));
    await rig.build('hostile');
    const later = (await rig.runs())[0]!.id;
    onTestFinished(() => rmSync(join(rig.store, 'nix/var/zilch/runs', `${later}.jsonl`)));
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/timeline/${later}`);
    const row = (name: string): Promise<string> => page.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) }).innerText();
    await page.getByLabel('Compare with').selectOption(earlier);
    await page.getByRole('heading', { name: 'Run against run' }).waitFor();
    expect(await row('hostile-1')).toMatch(/× \d+\.\d\d/);
    expect(await page.locator('.lead').innerText()).toMatch(/1 build in both, in .* s and in .* s/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.goto(`${rig.url}#/timeline/${earlier}`);
    await page.getByLabel('Compare with').selectOption('reference');
    await page.getByRole('heading', { name: 'Run against run' }).waitFor();
    expect(await row('stage1')).toMatch(/× \d+\.\d\d/);
    expect(await text(page)).toContain('the reference machine');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('finds in a log what is asked for, one place after the other', async () => {
    const { page } = await openPage(rig.browser, `${rig.url}#/package/hostile`);
    const find = page.getByLabel('Find in: Log', { exact: true });
    await find.fill('ALERT');
    await page.locator('mark.here').waitFor();
    const count = await page.locator('.log').first().locator('mark').count();
    expect(count).toBe(2);
    const status = page.locator('.log-tools [role=status]').first();
    expect(await status.innerText()).toContain(`1 of ${count}`);
    await find.press('Enter');
    await expect.poll(() => status.innerText()).toMatch(/(\d+) of \1\b/);
    await expect.poll(() => page.locator('mark').nth(1).getAttribute('class')).toBe('here');
    await find.press('Shift+Enter');
    await expect.poll(() => status.innerText()).toContain('1 of 2');
    await find.fill('no such thing');
    await expect.poll(() => status.innerText()).toBe('not found');
    await page.close();
  });

  it.each(['', 'list', 'timeline', 'trust/hostile', 'trust/musl-1.2.6.tar.gz', 'evidence', 'differences', 'package/stage1'])(
    'has no accessibility problem axe knows of in #/%s, light and dark, wide and narrow',
    async (view) => {
      for (const options of [{}, { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } }]) {
        const { page, problems } = await openPage(rig.browser, `${rig.url}#/${view}`, options);
        await page
          .locator(view === '' ? 'g.node' : 'main h1')
          .first()
          .waitFor();
        await page.waitForTimeout(500);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        expect(problems).toEqual([]);
        await page.close();
      }
    },
  );

  it.each(['list', 'timeline', 'trust/hostile', 'differences', 'package/stage1'])('can be read in #/%s with text twice as large', async (view) => {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      const { page } = await openPage(rig.browser, `${rig.url}#/${view}`, { viewport });
      await page.locator('main h1').first().waitFor();
      await page.evaluate('document.documentElement.style.fontSize = "30px"');
      await page.waitForTimeout(200);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await page.evaluate('parseFloat(getComputedStyle(document.querySelector("main p, main td")).fontSize)')).toBeGreaterThan(24);
      await page.close();
    }
  });

  it('has the buttons of the picture beside its legend and not on it, however wide the window is', async () => {
    const { page } = await openPage(rig.browser, rig.url);
    await page.locator('g.node').first().waitFor();
    for (const width of [1800, 1280, 900, 700, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const tools = (await page.getByRole('button', { name: 'fit' }).boundingBox())!;
      const legend = (await page.locator('.legend').boundingBox())!;
      expect(tools.y + tools.height).toBeLessThanOrEqual(legend.y);
    }
    await page.close();
  });

  it('is walked with the keyboard alone', async () => {
    const { page } = await openPage(rig.browser, rig.url);
    await page.locator('g.node').first().waitFor();
    for (let presses = 0; presses < 20 && !(await page.evaluate('document.activeElement.matches("g.node")')); presses++)
      await page.keyboard.press('Tab');
    await downTo(page, 'stage1');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.dataset.id')).toBe('hostile');
    await page.locator('.near path').first().waitFor({ state: 'attached' });
    const scale = (): Promise<number> => page.evaluate('new DOMMatrix(getComputedStyle(document.querySelector(".sheet")).transform).a');
    const fitted = await scale();
    await page.keyboard.press('+');
    expect(await scale()).toBeGreaterThan(fitted);
    await page.keyboard.press('0');
    expect(await scale()).toBeCloseTo(fitted);
    await page.keyboard.press('ArrowLeft');
    await downTo(page, 'stage1');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'stage1' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('hos');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'hostile' }).waitFor();
    await page.close();
  });

  it('leads from a file back to the seed, with every source', async () => {
    const { stdout } = await rig.zilch('path', ...rig.chainOptions, '--logical', 'stage1^protobusybox');
    const { page } = await openPage(rig.browser, `${rig.url}#/trust`);
    await page.getByLabel('Ask of any file').fill(`${stdout.trim()}/bin/ash`);
    await page.getByRole('button', { name: 'Why?' }).click();
    await page.locator('h1', { hasText: 'Why trust stage1?' }).waitFor();
    const shown = await text(page);
    for (const part of ['the seed', 'musl-1.2.6.tar.gz', 'd585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a', '1,082,499'])
      expect(shown).toContain(part);
    await page.getByLabel('Ask of any file').fill('musl-1.2.6.tar.gz');
    await page.getByRole('button', { name: 'Why?' }).click();
    await page.locator('h1', { hasText: 'Why trust musl-1.2.6.tar.gz?' }).waitFor();
    expect(await text(page)).toMatch(/A source as it was published, 1,082,499 bytes\. \d+ of \d+ builds rest on it\.[^]*stage1[^]*hostile/);
    const terminal = await rig.zilch('trust', ...rig.chainOptions, `${stdout.trim()}/bin/ash`);
    expect(terminal.stdout).toContain('d585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a');
    await page.close();
  });
});

/** Goes down from package to package, to one of this name. */
async function downTo(page: Page, id: string): Promise<void> {
  const here = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.id');
  for (let presses = 0; presses < 10 && (await here()) !== id; presses++) await page.keyboard.press('ArrowDown');
  expect(await here()).toBe(id);
}
