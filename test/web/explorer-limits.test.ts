/** What the explorer must not do: take what builders wrote for anything but text, tell what lies elsewhere, or need a server. */
import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openPage, whyNoExplorer } from './browser.js';
import { ExplorerRig, text } from './explorer-rig.js';

const why = await whyNoExplorer();
if (why !== undefined) console.log(`tests of the explorer are skipped: ${why}`);

let rig: ExplorerRig;

describe.skipIf(why !== undefined)('the explorer of what others wrote', () => {
  beforeAll(async () => {
    rig = await ExplorerRig.start();
    await rig.build('hostile');
  });

  afterAll(() => rig.close());

  it('takes names and logs for nothing but text', async () => {
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/package/hostile`);
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
    await page.goto(`${rig.url}#/`);
    await page.locator('.band-name', { hasText: '<b>stage</b>' }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('tells nothing that lies outside of the store and its logs', async () => {
    const secret = join(rig.directory, 'secret');
    writeFileSync(secret, 'a secret');
    const logs = join(rig.store, 'nix/var/log/nix/drvs');
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
      const { stdout } = await promisify(execFile)('curl', ['--silent', '--path-as-is', '--write-out', '\n%{http_code}', `${rig.url}${attempt}`]);
      expect(stdout, attempt).toMatch(/\n404$/);
      expect(stdout, attempt).not.toContain('a secret');
    }
    const elsewhere = await promisify(execFile)('curl', [
      '--silent',
      '--header',
      'Host: evil.example',
      '--write-out',
      '\n%{http_code}',
      `${rig.url}data/chain`,
    ]);
    expect(elsewhere.stdout).toMatch(/\n421$/);
  });

  it('shows how two builds of one thing differ, and nothing that is not kept in the store', async () => {
    const run = (await rig.runs()).find(({ builds }) => builds.some(({ name }) => name === 'hostile-1'));
    const output = run!.builds.find(({ name }) => name === 'hostile-1')!.outputs[0]!;
    const host = join(rig.store, output.path);
    const kept = join(mkdtempSync(join(rig.store, 'nix/var/zilch/tmp/kept-')), 'tree');
    onTestFinished(() => rmSync(join(kept, '..'), { recursive: true }));
    // Node's own copying takes names for UTF-8.
    await promisify(execFile)('cp', ['-a', host, kept]);
    rmSync(join(kept, 'passwd'));
    writeFileSync(join(kept, '<img src=x onerror=alert(4)>'), '<script>alert(5)</script>\n');
    const journals = join(rig.store, 'nix/var/zilch/runs');
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
    const { page, problems } = await openPage(rig.browser, `${rig.url}#/differences`);
    await page.getByText('out differs').click();
    await page.locator('.minus').first().waitFor();
    const shown = await text(page);
    expect(shown).toContain('passwd');
    expect(shown).toContain('only in the first');
    expect(shown).toContain('+<script>alert(5)</script>');
    expect(problems).toEqual([]);
    await page.close();

    writeFileSync(join(journals, `${later}-1.jsonl`), '');
    writeFileSync(join(journals, `${later + 1}-1.jsonl`), compared(later + 1, join(rig.directory, 'chain')));
    const refused = await promisify(execFile)('curl', ['--silent', `${rig.url}data/difference/${output.path.slice('/nix/store/'.length)}`]);
    expect(refused.stdout).not.toContain('recipe');

    const differs = await rig.zilch('diff', ...rig.chainOptions, host, kept).catch((error: unknown) => error as { code: number; stdout: string });
    expect(differs).toMatchObject({ code: 3 });
    expect(differs.stdout).toContain('passwd: only in the first');
    expect(differs.stdout).not.toContain('\u001b[31mx');
    expect((await rig.zilch('diff', ...rig.chainOptions, 'hostile', output.path)).stdout).toContain('no difference');
  });

  it('says that a run was stopped when its process is gone', async () => {
    const journals = join(rig.store, 'nix/var/zilch/runs');
    const at = Date.now() + 2000;
    onTestFinished(() => rmSync(join(journals, `${at}-7.jsonl`), { force: true }));
    const header = { type: 'run', version: 1, at, pid: 2 ** 22 + 5, processStart: '1', chain: '', targets: ['stage1'], jobs: 1, cores: 1 };
    const drvPath = (await rig.runs())[0]!.builds[0]!.drvPath;
    appendFileSync(
      join(journals, `${at}-7.jsonl`),
      `${JSON.stringify(header)}\n${JSON.stringify({ type: 'build-start', at, drvPath, name: 'stage1' })}\n`,
    );
    const { page } = await openPage(rig.browser, `${rig.url}#/timeline`);
    await page.locator('td', { hasText: 'lost' }).waitFor();
    await page.close();
  });

  it('is the same as files that need no server', async () => {
    const report = join(rig.directory, 'report');
    await rig.zilch('report', ...rig.chainOptions, report);
    expect(readFileSync(join(report, 'graph.svg'), 'utf8')).toContain('data-id="hostile"');
    expect(readFileSync(join(report, 'timeline.svg'), 'utf8')).toContain('stage1');
    for (const file of readdirSync(join(report, 'data'))) expect(readFileSync(join(report, 'data', file), 'utf8'), file).not.toContain(rig.directory);
    const pictures = join(rig.directory, 'pictures');
    await rig.zilch('report', ...rig.chainOptions, '--pictures', '--of', 'stage1', pictures);
    expect(readdirSync(pictures).sort()).toEqual(['graph.svg', 'timeline.svg']);
    const part = readFileSync(join(pictures, 'graph.svg'), 'utf8');
    expect(part).toContain('data-id="stage1"');
    expect(part).not.toContain('data-id="hostile"');
    expect(part).toContain('prefers-color-scheme:dark');
    expect((await rig.zilch('graph', ...rig.chainOptions, '--svg', 'stage1')).stdout).toBe(part);
    const { page, problems } = await openPage(rig.browser, `${pathToFileURL(join(report, 'index.html')).href}#/`);
    await page.locator('g.node.built[data-id="hostile"]').waitFor();
    await page.goto(`${pathToFileURL(join(report, 'index.html')).href}#/package/hostile`);
    await page.locator('.log-text', { hasText: 'alert(2)' }).waitFor();
    await page.goto(`${pathToFileURL(join(report, 'index.html')).href}#/timeline`);
    await page.locator('th', { hasText: 'stage1' }).first().waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});
