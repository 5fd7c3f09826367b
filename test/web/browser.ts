/** Debian's Chromium, driven for tests of the explorer. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { checkSandbox } from '../../src/build/index.js';

const CHROMIUM = '/usr/bin/chromium';

/** What `./zilch` runs. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Why the explorer cannot be tested here; `undefined` if it can. */
export async function whyNoExplorer(): Promise<string | undefined> {
  if (!existsSync(CHROMIUM)) return `${CHROMIUM} is missing (apt-get install chromium)`;
  if (!existsSync(MAIN)) return `${MAIN} is missing (npm run build)`;
  const sandbox = await checkSandbox();
  return sandbox.ok ? undefined : sandbox.failure.message;
}

export function launch(): Promise<Browser> {
  // Without the switches, it looks for its maker's hosts at every start.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** A page and all that went wrong on it: errors of scripts, what the security policy refused, what could not be fetched. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await browser.newPage({ bypassCSP: false, ...options });
  // Compilers may have the processors beside us.
  page.setDefaultTimeout(120_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, problems };
}

/** The errors that axe finds in a page, one a line. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // The page's security policy lets no script in from elsewhere: the debugger may put one there.
  await page.evaluate((await import('node:fs')).readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
    };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
  );
}
