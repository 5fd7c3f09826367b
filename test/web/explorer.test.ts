/**
 * The explorer in a real browser: stage 1 is built while a page is open, and then a package whose names and outputs
 * contain everything that a page must show only as text.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Run } from '../../src/report/index.js';
import { accessibilityProblems, launch, MAIN, openPage, whyNoExplorer } from './browser.js';

const CHECKOUT = join(import.meta.dirname, '../..');
const SOURCES = process.env['ZILCH_TEST_SOURCES'] ?? join(homedir(), '.cache/zilch/sources');

const CHAIN = `
import { chain, recipe, sh, text } from 'zilch';
import { stage1 } from 'zilch/bootstrap/1-stage1/index.ts';

const hostile = recipe({
  name: 'hostile',
  version: '1',
  description: '<img src=x onerror=alert(1)>',
  shell: text\`\${stage1.protobusybox}/bin/ash\`,
  path: [stage1.protobusybox],
  script: sh\`
echo '@nix {"action":"setPhase","phase":"<b>greet</b>"}' >&2
echo '<script>alert(2)</script><img src=x onerror=alert(3)>'
printf '\\033[31mred\\033[0m \\033]0;title\\007 \\033[2J after\\n'
edit() { :; }
# <b>Because</b> of <img src=x onerror=alert(6)>.
edit '<i>file</i>.c' 'old();' '<script>alert(7)</script>'
mkdir $out
echo > "$out/<img src=x onerror=alert(4)>"
printf 'x' > "$out/$(printf 'bytes \\377\\033[31m')"
ln -s ../../../etc/passwd "$out/passwd"
\`,
});

export default chain('hostile', { '1 <b>stage</b>': { stage1 }, 'hostile "stage"': { hostile } });
`;

const why = await whyNoExplorer();
if (why !== undefined) console.log(`tests of the explorer are skipped: ${why}`);

let directory: string;
let store: string;
let server: ChildProcess;
let url: string;
let browser: Browser;

const chainOptions = (): string[] => ['--store', store, '-f', join(directory, 'chain')];
const zilch = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [MAIN, ...args], { maxBuffer: 64 * 2 ** 20 });
const build = (...args: string[]): Promise<unknown> =>
  zilch('build', ...chainOptions(), ...(existsSync(SOURCES) ? ['--sources', SOURCES] : []), ...args);
const runs = async (): Promise<Run[]> => JSON.parse((await zilch('timeline', '--store', store, '--list', '--json')).stdout) as Run[];

describe.skipIf(why !== undefined)('the explorer', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'zilch-web-'));
    store = join(directory, 'store');
    mkdirSync(join(directory, 'chain'));
    writeFileSync(join(directory, 'chain/chain.ts'), CHAIN);
    // What is expected of stage 1, as the chain that it comes from has it.
    for (const name of ['pins.json', 'durations.json']) copyFileSync(join(CHECKOUT, 'bootstrap', name), join(directory, 'chain', name));
    const durations = JSON.parse(readFileSync(join(directory, 'chain/durations.json'), 'utf8')) as object;
    writeFileSync(join(directory, 'chain/durations.json'), JSON.stringify({ ...durations, 'hostile-1': 1 }));
    server = spawn(process.execPath, [MAIN, 'web', ...chainOptions(), '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    url = await new Promise((resolve, reject) => {
      server.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()));
      server.once('exit', (code) => reject(new Error(`zilch web ended with ${code}`)));
    });
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(directory, { recursive: true, force: true });
  });

  const text = (page: Page): Promise<string> => page.locator('body').innerText();

  it('shows a build of another process while it goes on, and its result', async () => {
    const { page, problems } = await openPage(browser, url);
    const state = (id: string): Promise<string> => page.locator(`g.node[data-id="${id}"]`).getAttribute('class').then(String);
    await page.locator('g.node').first().waitFor();
    expect(await state('stage1')).toContain('not-built');
    // In parentheses: by the pins, and by the reference machine.
    expect(await page.locator('g.node[data-id="stage1"] .facts').textContent()).toMatch(/^\([\d.]+ MiB · [\d.]+ s\)$/);
    expect(await page.locator('.summary').innerText()).toMatch(/^0 of \d+ packages built, .*MiB more to come/);
    const building = build('hostile');
    await page.locator('g.node.building[data-id="stage1"]').waitFor({ timeout: 120_000 });
    await page.locator('header .status a', { hasText: 'building stage1' }).waitFor();
    await page.locator('g.node.queued[data-id="hostile"]').waitFor();
    await page.locator('header .status a').click();
    await page.locator('td', { hasText: 'generation' }).waitFor({ timeout: 120_000 });
    expect(await page.locator('.lead').innerText()).toMatch(/about .* left, until \d\d:\d\d|overdue: stage1/);
    await page.locator('.bar.expected').first().waitFor({ state: 'attached' });
    await page.goto(`${url}#/`);
    await page.locator('g.node.built[data-id="hostile"]').waitFor({ timeout: 300_000 });
    await building;
    expect(await state('stage1')).toContain('built');
    expect(await text(page)).toMatch(/(\d+) of \1\b/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('takes names and logs for nothing but text', async () => {
    const { page, problems } = await openPage(browser, `${url}#/package/hostile`);
    await page.locator('.log-text', { hasText: 'alert(2)' }).waitFor();
    await page.locator('details', { hasText: 'files' }).locator('summary').first().click();
    const shown = await text(page);
    expect(await page.locator('.log-text').textContent()).toContain('<script>alert(2)</script><img src=x onerror=alert(3)>');
    expect(shown).toContain('<img src=x onerror=alert(1)>');
    expect(shown).toContain('<img src=x onerror=alert(4)>');
    expect(shown).toContain('→ ../../../etc/passwd');
    expect(shown).toContain('<b>Because</b> of <img src=x onerror=alert(6)>.');
    expect(shown).toContain('+<script>alert(7)</script>');
    expect(shown).not.toContain('\u001b');
    expect(await page.locator('.log-text summary').innerText()).toMatch(/^<b>greet<\/b> \d+ lines, [\d.]+ s$/);
    expect(await page.locator('.ansi-red').textContent()).toBe('red');
    expect(await page.locator('img, .log-text script').count()).toBe(0);
    await page.goto(`${url}#/`);
    await page.locator('.band-name', { hasText: '<b>stage</b>' }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows on a package’s page all that is known of it', async () => {
    const path = async (what: string): Promise<string> => (await zilch('path', ...chainOptions(), '--logical', what)).stdout.trim();
    const { page, problems } = await openPage(browser, `${url}#/package/stage1`);
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
    const log = (await zilch('log', ...chainOptions(), 'hostile', '--path')).stdout.trim();
    const before = readFileSync(log);
    appendFileSync(log, `${'für alle\n'.repeat(60_000)}the very end\n`);
    onTestFinished(() => writeFileSync(log, before));
    const { page, problems } = await openPage(browser, `${url}#/package/hostile`);
    await page.locator('.log-text', { hasText: 'the very end' }).waitFor();
    expect((await page.locator('.log-text').textContent())!.match(/für alle\n/g)).toHaveLength(60_000);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('has a list that is sorted by its columns, and shows only what is asked for', async () => {
    const { page, problems } = await openPage(browser, `${url}#/list`);
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
    const earlier = (await runs())[0]!.id;
    const chain = join(directory, 'chain/chain.ts');
    const before = readFileSync(chain, 'utf8');
    onTestFinished(() => writeFileSync(chain, before));
    writeFileSync(chain, before.replace('mkdir $out\n', 'mkdir $out; echo again\n'));
    await build('hostile');
    const later = (await runs())[0]!.id;
    onTestFinished(() => rmSync(join(store, 'nix/var/zilch/runs', `${later}.jsonl`)));
    const { page, problems } = await openPage(browser, `${url}#/timeline/${later}`);
    const row = (name: string): Promise<string> => page.locator('tr', { has: page.getByRole('rowheader', { name, exact: true }) }).innerText();
    await page.getByLabel('Compare with').selectOption(earlier);
    await page.getByRole('heading', { name: 'Run against run' }).waitFor();
    expect(await row('hostile-1')).toMatch(/× \d+\.\d\d/);
    expect(await page.locator('.lead').innerText()).toMatch(/1 build in both, in .* s and in .* s/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.goto(`${url}#/timeline/${earlier}`);
    await page.getByLabel('Compare with').selectOption('reference');
    await page.getByRole('heading', { name: 'Run against run' }).waitFor();
    expect(await row('stage1')).toMatch(/× \d+\.\d\d/);
    expect(await text(page)).toContain('the reference machine');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('finds in a log what is asked for, one place after the other', async () => {
    const { page } = await openPage(browser, `${url}#/package/hostile`);
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
        const { page, problems } = await openPage(browser, `${url}#/${view}`, options);
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
      const { page } = await openPage(browser, `${url}#/${view}`, { viewport });
      await page.locator('main h1').first().waitFor();
      await page.evaluate('document.documentElement.style.fontSize = "30px"');
      await page.waitForTimeout(200);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await page.evaluate('parseFloat(getComputedStyle(document.querySelector("main p, main td")).fontSize)')).toBeGreaterThan(24);
      await page.close();
    }
  });

  it('is walked with the keyboard alone', async () => {
    const { page } = await openPage(browser, url);
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
    const { stdout } = await zilch('path', ...chainOptions(), '--logical', 'stage1^protobusybox');
    const { page } = await openPage(browser, `${url}#/trust`);
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
    const terminal = await zilch('trust', ...chainOptions(), `${stdout.trim()}/bin/ash`);
    expect(terminal.stdout).toContain('d585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a');
    await page.close();
  });

  it('tells nothing that lies outside of the store and its logs', async () => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'a secret');
    const logs = join(store, 'nix/var/log/nix/drvs');
    const name = `${'0'.repeat(32)}-link.drv`;
    mkdirSync(join(logs, name.slice(0, 2)), { recursive: true });
    symlinkSync(secret, join(logs, name.slice(0, 2), name.slice(2)));
    const attempts = [
      `data/log/${name}`,
      'data/log/..%2f..%2f..%2fsecret',
      'data/log%2f..%2fsecret',
      'data/package/..%2f..',
      'data/difference/..',
      'data/../../secret',
      '..%2fsecret',
      'data/log/%00',
      'data/%ff',
      'data/log/x?from=-1',
      'dist/cli/main.js',
    ];
    for (const attempt of attempts) {
      const { stdout } = await promisify(execFile)('curl', ['--silent', '--path-as-is', '--write-out', '\n%{http_code}', `${url}${attempt}`]);
      expect(stdout, attempt).toMatch(/\n404$/);
      expect(stdout, attempt).not.toContain('a secret');
    }
    const elsewhere = await promisify(execFile)('curl', [
      '--silent',
      '--header',
      'Host: evil.example',
      '--write-out',
      '\n%{http_code}',
      `${url}data/chain`,
    ]);
    expect(elsewhere.stdout).toMatch(/\n421$/);
  });

  it('shows how two builds of one thing differ, and nothing that is not kept in the store', async () => {
    const run = (await runs()).find(({ builds }) => builds.some(({ name }) => name === 'hostile-1'));
    const output = run!.builds.find(({ name }) => name === 'hostile-1')!.outputs[0]!;
    const host = join(store, output.path);
    const kept = join(mkdtempSync(join(store, 'nix/var/zilch/tmp/kept-')), 'tree');
    onTestFinished(() => rmSync(join(kept, '..'), { recursive: true }));
    // Node's own copying takes names for UTF-8.
    await promisify(execFile)('cp', ['-a', host, kept]);
    rmSync(join(kept, 'passwd'));
    writeFileSync(join(kept, '<img src=x onerror=alert(4)>'), '<script>alert(5)</script>\n');
    const journals = join(store, 'nix/var/zilch/runs');
    const compared = (at: number, where: string): string => {
      const difference = { outputName: 'out', path: output.path, kept: where, first: { file: 'x', what: 'contents from byte 0' } };
      const header = readFileSync(join(journals, `${run!.id}.jsonl`), 'utf8').split('\n')[0]!;
      const event = {
        at,
        type: 'build-compared',
        drvPath: run!.builds[0]!.drvPath,
        name: 'hostile-1',
        comparison: { kind: 'different', differences: [difference] },
      };
      return `${header}\n${JSON.stringify(event)}\n`;
    };
    const later = Date.now() + 1000;
    onTestFinished(() => {
      for (const name of [`${later}-1.jsonl`, `${later + 1}-1.jsonl`]) rmSync(join(journals, name), { force: true });
    });
    writeFileSync(join(journals, `${later}-1.jsonl`), compared(later, kept));
    const { page, problems } = await openPage(browser, `${url}#/differences`);
    await page.getByText('out differs').click();
    await page.locator('.minus').first().waitFor();
    const shown = await text(page);
    expect(shown).toContain('passwd');
    expect(shown).toContain('only in the first');
    expect(shown).toContain('+<script>alert(5)</script>');
    expect(problems).toEqual([]);
    await page.close();

    writeFileSync(join(journals, `${later}-1.jsonl`), '');
    writeFileSync(join(journals, `${later + 1}-1.jsonl`), compared(later + 1, join(directory, 'chain')));
    const refused = await promisify(execFile)('curl', ['--silent', `${url}data/difference/${output.path.slice('/nix/store/'.length)}`]);
    expect(refused.stdout).not.toContain('recipe');

    const differs = await zilch('diff', ...chainOptions(), host, kept).catch((error: unknown) => error as { code: number; stdout: string });
    expect(differs).toMatchObject({ code: 3 });
    expect(differs.stdout).toContain('passwd: only in the first');
    expect(differs.stdout).not.toContain('\u001b[31mx');
    expect((await zilch('diff', ...chainOptions(), 'hostile', output.path)).stdout).toContain('no difference');
  });

  it('says that a run was stopped when its process is gone', async () => {
    const journals = join(store, 'nix/var/zilch/runs');
    const at = Date.now() + 2000;
    onTestFinished(() => rmSync(join(journals, `${at}-7.jsonl`), { force: true }));
    const header = { type: 'run', version: 1, at, pid: 2 ** 22 + 5, processStart: '1', chain: '', targets: ['stage1'], jobs: 1, cores: 1 };
    const drvPath = (await runs())[0]!.builds[0]!.drvPath;
    appendFileSync(
      join(journals, `${at}-7.jsonl`),
      `${JSON.stringify(header)}\n${JSON.stringify({ type: 'build-start', at, drvPath, name: 'stage1' })}\n`,
    );
    const { page } = await openPage(browser, `${url}#/timeline`);
    await page.locator('td', { hasText: 'lost' }).waitFor();
    await page.close();
  });

  it('is the same as files that need no server', async () => {
    const report = join(directory, 'report');
    await zilch('report', ...chainOptions(), report);
    expect(readFileSync(join(report, 'graph.svg'), 'utf8')).toContain('data-id="hostile"');
    expect(readFileSync(join(report, 'timeline.svg'), 'utf8')).toContain('stage1');
    for (const file of readdirSync(join(report, 'data'))) expect(readFileSync(join(report, 'data', file), 'utf8'), file).not.toContain(directory);
    const pictures = join(directory, 'pictures');
    await zilch('report', ...chainOptions(), '--pictures', '--of', 'stage1', pictures);
    expect(readdirSync(pictures).sort()).toEqual(['graph.svg', 'timeline.svg']);
    const part = readFileSync(join(pictures, 'graph.svg'), 'utf8');
    expect(part).toContain('data-id="stage1"');
    expect(part).not.toContain('data-id="hostile"');
    expect(part).toContain('prefers-color-scheme:dark');
    expect((await zilch('graph', ...chainOptions(), '--svg', 'stage1')).stdout).toBe(part);
    const { page, problems } = await openPage(browser, `${pathToFileURL(join(report, 'index.html')).href}#/`);
    await page.locator('g.node.built[data-id="hostile"]').waitFor();
    await page.goto(`${pathToFileURL(join(report, 'index.html')).href}#/package/hostile`);
    await page.locator('.log-text', { hasText: 'alert(2)' }).waitFor();
    await page.goto(`${pathToFileURL(join(report, 'index.html')).href}#/timeline`);
    await page.locator('th', { hasText: 'stage1' }).first().waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

/** Goes down from package to package, to one of this name. */
async function downTo(page: Page, id: string): Promise<void> {
  const here = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.id');
  for (let presses = 0; presses < 10 && (await here()) !== id; presses++) await page.keyboard.press('ArrowDown');
  expect(await here()).toBe(id);
}
